"""Every address. `id` is a person's; only a browser that holds it gets an answer."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path

from psoas.web.views import (
    answer,
    body,
    check_in,
    data,
    design,
    example,
    jobs,
    learn,
    lock,
    offline,
    phone,
    progress,
    quiz,
    safety,
    start,
    story,
    week,
)


def learning(route: str, view: Callable[..., HttpResponse], name: str) -> tuple[URLPattern, URLPattern]:
    """Open to everybody, and under a person's address, where what was read and answered is kept."""
    return path(f"learn/{route}", view, name=name), path(f"p/<str:id>/learn/{route}", view, name=name)


urlpatterns = [
    path("", start.start, name="start"),
    path("begin/", start.begin, name="begin"),
    path("bring/", data.bring, name="bring"),
    path("example/", example.example, name="example"),
    path("sw.js", offline.worker, name="worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("away/", offline.away, name="away"),
    path("here/", offline.here, name="here"),
    path("on-phone/<str:token>/", phone.take_over, name="take-over"),
    path("lock/", lock.settings, name="lock"),
    path("body/", body.show, name="body"),
    path("body/exercise/<slug:name>/", body.exercise, name="body-exercise"),
    path("body/exercise/<slug:name>/scene.bin", body.exercise_scene, name="exercise-scene"),
    path("body/scene.bin", body.scene, name="body-scene"),
    path("body/what-if.json", body.curve, name="body-curve"),
    path("body/adapted/", body.adapted, name="body-adapted"),
    path("body/adapted.bin", body.adapted_scene, name="body-adapted-scene"),
    path("body/doing.bin", body.doing, name="body-doing"),
    path("body/bones.glb", body.bones, name="body-bones"),
    path("design/", design.show, name="design"),
    *learning("", learn.all_lessons, name="lessons"),
    *learning("article/", learn.article, name="article"),
    *learning("resources/", learn.resources, name="resources"),
    *learning("quiz/", quiz.home, name="quiz"),
    *learning("quiz/<slug:item>/", quiz.ask, name="question"),
    *learning("<slug:name>/", learn.lesson, name="lesson"),
    path("p/<str:id>/", start.hub, name="hub"),
    path("p/<str:id>/safety/<int:place>/", safety.ask, name="safety"),
    path("p/<str:id>/safety/", safety.outcome, name="result"),
    path("p/<str:id>/where/", story.where, name="where"),
    path("p/<str:id>/story/<slug:sheet>/", story.story, name="story"),
    path("p/<str:id>/tests/", story.tests, name="tests"),
    path("p/<str:id>/tests/thomas/", story.thomas, name="thomas"),
    path("p/<str:id>/tests/change/", story.change, name="change"),
    path("p/<str:id>/tests/<slug:sheet>/", story.examined, name="examined"),
    path("p/<str:id>/answer/", answer.answer, name="answer"),
    path("p/<str:id>/time/", answer.time, name="time"),
    path("p/<str:id>/about/", answer.about, name="about"),
    path("p/<str:id>/plan/", answer.plan, name="plan"),
    path("p/<str:id>/learn/quiz/<slug:item>/<str:uid>/", quiz.answered, name="answered"),
    path("p/<str:id>/work/<int:job>/", jobs.show, name="job"),
    path("p/<str:id>/start/", week.start, name="start-week"),
    path("p/<str:id>/week/", week.week, name="week"),
    path("p/<str:id>/week/calendar/", week.calendar, name="calendar"),
    path("p/<str:id>/week/morning/", week.morning, name="morning"),
    path("p/<str:id>/week/undo/", week.undo, name="undo"),
    path("p/<str:id>/week/<slug:exercise>/", week.exercise, name="exercise"),
    path("p/<str:id>/check-in/", check_in.begin, name="check-in"),
    path("p/<str:id>/check-in/outcome/", check_in.outcome, name="check-in-outcome"),
    path("p/<str:id>/check-in/<slug:step>/", check_in.ask, name="check-in-step"),
    path("p/<str:id>/progress/", progress.progress, name="progress"),
    path("p/<str:id>/data/", data.data, name="data"),
    path("p/<str:id>/data/psoas.json", data.export, name="export"),
    path("p/<str:id>/phone/", phone.offer, name="phone"),
    path("p/<str:id>/data/delete/", data.delete, name="delete"),
]
handler404 = "psoas.web.views.errors.not_found"
handler500 = "psoas.web.views.errors.broken"
