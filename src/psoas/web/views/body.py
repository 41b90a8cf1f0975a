"""The body in 3D: the page with its what-if, and the files that page and viewer load."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from psoas.engine.exercise import motions
from psoas.web.presenters import adapted as second
from psoas.web.presenters import body, body_scene, exercise_body, knobs, what_if
from psoas.web.presenters.movements import FIRST, SHOWN, ready

ISLAND = Path(__file__).parents[1] / "static" / "islands" / "body.js"
EXERCISE = "exercise:"  # before a motion's id in the choice of movements
NUMBERS = "application/octet-stream"


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """One movement as it is and changed: knobs, picture, curve, sentence, tables."""
    chosen = request.GET.get("movement", "")
    if chosen.startswith(EXERCISE) and chosen.removeprefix(EXERCISE) in motions():
        return redirect("body-exercise", chosen.removeprefix(EXERCISE))
    form = knobs.read(request.GET.dict())
    if form.errors:
        return render(request, "body_wrong.html", body.form_context(form), status=422)
    if not ready(form.setting.movement):
        return _wait(request)
    told = {**body.page(form), **second.context(form.setting, "again" in request.GET)}
    return render(request, "body.html", {**told, "island": ISLAND.is_file()})


@require_safe
def adapted(request: HttpRequest) -> HttpResponse:
    """The part of the page with the second answer, for a script that follows how far it is."""
    form = knobs.read(request.GET.dict())
    if form.errors:
        return JsonResponse({"errors": form.errors}, status=422)
    told = {**second.context(form.setting), "query": form.setting.query, "labels": body.LABELS}
    return render(request, "_body_adapted.html", told)


@require_safe
def exercise(request: HttpRequest, name: str) -> HttpResponse:
    """One motion of the shelf: played, told, drawn."""
    if name not in motions():
        raise Http404
    if not ready(FIRST):
        return _wait(request)
    return render(request, "body_exercise.html", {**exercise_body.page(name), "island": ISLAND.is_file()})


@require_safe
@gzip_page
def exercise_scene(request: HttpRequest, name: str) -> HttpResponse:
    """An exercise in numbers."""
    if name not in motions():
        raise Http404
    return HttpResponse(exercise_body.scene_bytes(name), content_type=NUMBERS)


@require_safe
def curve(request: HttpRequest) -> HttpResponse:
    """What one setting changes, as JSON: curve with band, sentence, table; with `figures` the drawings."""
    form = knobs.read(request.GET.dict())
    if form.errors:
        return JsonResponse({"errors": form.errors}, status=422)
    answer = what_if.answered(form.setting)
    told = what_if.as_json(answer)
    if "figures" in request.GET:
        told["figures"] = body.figures_of(answer)
    return JsonResponse(told)


@require_safe
@gzip_page
def scene(request: HttpRequest) -> HttpResponse:
    """A movement in numbers."""
    movement = request.GET.get("movement", "")
    if movement not in SHOWN:
        return _no_such_movement()
    return HttpResponse(body_scene.scene_bytes(movement), content_type=NUMBERS)


@require_safe
@gzip_page
def doing(request: HttpRequest) -> HttpResponse:
    """What the muscles do under one setting, in numbers."""
    form = knobs.read(request.GET.dict())
    if form.errors:
        return JsonResponse({"errors": form.errors}, status=422)
    return HttpResponse(body_scene.doing_bytes(what_if.answered(form.setting)), content_type=NUMBERS)


@require_safe
@gzip_page
def adapted_scene(request: HttpRequest) -> HttpResponse:
    """The adapted walk in numbers."""
    form = knobs.read(request.GET.dict())
    if form.errors:
        return JsonResponse({"errors": form.errors}, status=422)
    found = second.scene_bytes(form.setting)
    if found is None:
        raise Http404
    return HttpResponse(found, content_type=NUMBERS)


@require_safe
@gzip_page
def bones(request: HttpRequest) -> HttpResponse:
    """The bones."""
    return HttpResponse(body_scene.bones(), content_type="model/gltf-binary")


def _wait(request: HttpRequest) -> HttpResponse:
    """The page that comes again by itself until the movement is computed."""
    waiting = render(request, "body_wait.html")
    waiting["Refresh"] = "1"
    return waiting


def _no_such_movement() -> HttpResponse:
    error = _("There is no such movement here. Choose one of the list.")
    return JsonResponse({"errors": {"movement": error}}, status=422)
