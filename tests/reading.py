"""Reading grade of patient text: Flesch-Kincaid by textstat, on pronounced syllables.

textstat counts syllables in the CMU pronouncing dictionary and stops at a word that is not in it. Such words
get a stand-in of the same number of syllables, so that they count for what they are. That is all that is
excepted: no muscle name is left out of the count.
"""

import re

import textstat

STAND_INS = {
    "psoas": "sofa",  # so-as
    "iliopsoas": "curiosity",  # il-i-o-so-as
    "iliacus": "activity",
    "flexor": "factor",
    "flexors": "factors",
    "extensor": "extension",
    "physiotherapist": "responsibility",
    "physiotherapists": "responsibilities",
    "steadies": "studies",
    "mri": "energy",
    "insoles": "insults",
    "inwards": "inward",
    "physiotherapy": "responsibility",
    "programmes": "programs",
    "paralysed": "paralyzed",
    "thinners": "thinner",
    "pinches": "inches",
    "tingles": "singles",
    "helpline": "deadline",
    "cm": "centimeter",
    "kg": "kilogram",
    "nhs": "energy",
    "hypermobile": "automobile",
    "metronome": "telephone",
    "orthoses": "bananas",
    "varicose": "bananas",
    "alendronate": "alternative",
    "risedronate": "alternative",
    "zoledronate": "alternative",
    "denosumab": "avocado",
    "floxacin": "vitamin",
    "meniscus": "vitamin",
    "psoriatic": "automatic",
    "uveitis": "activity",
    "crohn": "phone",
    "haemarthrosis": "activity",
    "adductors": "conductors",
    "apixaban": "avocado",
    "arteritis": "activity",
    "avascular": "activity",
    "cauda": "sofa",
    "charcot": "sofa",
    "cipro": "sofa",
    "claudication": "education",
    "crepitus": "vitamin",
    "equina": "banana",
    "femoris": "vitamin",
    "fri": "fry",
    "ischaemia": "activity",
    "perthes": "sofa",
    "rectus": "sofa",
    "warfarin": "vitamin",
    "inguinal": "vitamin",
    "labral": "sofa",
    "patellar": "banana",
    "mobilisation": "civilization",
    "palpation": "vacation",
    "adhesions": "vacations",
    "anticoagulants": "responsibility",
    "saphenous": "vitamin",
    "fadir": "sofa",
    "serif": "sofa",
    "webgl": "vitamin",
    "passphrase": "sofa",
    "passphrases": "sofas",
    "adductor": "conductor",
    "gluteus": "vitamin",  # glu-te-us
    "medius": "vitamin",
    "minimus": "vitamin",
    "obturator": "elevator",  # ob-tu-ra-tor
    "gastrocnemius": "curiosity",  # gas-troc-ne-mi-us
    "vasti": "sofa",
    "bovi": "sofa",
    "macaskill": "vitamin",
    "gp": "sofa",
    "inclinometer": "curiosity",
    "thu": "sofa",
}
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade of `text`; a number reads as a two-syllable word.

    Kincaid et al. 1975, Derivation of new readability formulas, US Naval Technical Training Command.
    """
    # A possessive adds no syllable; a gap of a template and the end of a file name are left out.
    bare = re.sub(r"'s\b|\{\w+\}|(?<=Node)\.js", "", text)
    plain = NUMBER.sub(" twenty ", re.sub(r"[-\u2013/%+]", " ", bare))
    words = re.sub(r"[A-Za-z]+", lambda w: STAND_INS.get(w[0].lower(), w[0]), plain)
    return float(textstat.flesch_kincaid_grade(words))
