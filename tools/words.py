"""Gather every sentence of the pages into the source catalogue for translators; needs GNU gettext.

    python tools/words.py           renew src/psoas/web/locale/en/LC_MESSAGES/django.po   (make words)
    python tools/words.py --check   1 where the catalogue lacks a sentence or has one too many

Sentences of the shelf are not in it: a shelf is translated as a folder (docs/how-to/add-a-language.md).
"""

import re
import shutil
import sys
import tempfile
from contextlib import chdir, redirect_stdout
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "psoas"
CATALOGUE = SOURCE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
FOLDERS = ("clinic", "exchange", "web")
KINDS = {".py", ".html"}
HEADER = """# What psoas says on its pages, as in the sources. Made by `make words`; not to be edited here.
msgid ""
msgstr ""
"Project-Id-Version: psoas\\n"
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def catalogue() -> str:
    """The catalogue as the sources are now."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for folder in FOLDERS:
            for path in (SOURCE / folder).rglob("*"):
                if path.suffix in KINDS and "node_modules" not in path.parts:
                    copy = root / path.relative_to(SOURCE)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, copy)
        words = root / "words"
        words.mkdir()
        settings.configure(LOCALE_PATHS=[str(words)], USE_I18N=True)
        django.setup()
        with chdir(root), redirect_stdout(sys.stderr):
            call_command(
                "makemessages",
                locale=["en"],
                no_obsolete=True,
                no_wrap=True,
                add_location="file",
                verbosity=0,
            )
        found = (words / "en" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    return HEADER + re.split(r"\n\n", found, maxsplit=1)[1]


def main() -> int:
    """Renew or check. 2: GNU gettext is not here."""
    if shutil.which("xgettext") is None:
        print("GNU gettext (xgettext, msguniq, msgmerge) is not here: the catalogue stays as it is.")
        return 2
    now = catalogue()
    if "--check" in sys.argv:
        kept = CATALOGUE.read_text(encoding="utf-8") if CATALOGUE.is_file() else ""
        if kept == now:
            return 0
        before, after = (set(re.findall(r'^msgid .*(?:\n".*)*', text, re.M)) for text in (kept, now))
        for sign, each in (("+", after - before), ("-", before - after)):
            print(*(f"{sign} {text}" for text in sorted(each)), sep="\n")
        print("The catalogue is not up to date: make words")
        return 1
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(now, encoding="utf-8")
    print(f"{now.count('msgid ') - 1} sentences in {CATALOGUE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
