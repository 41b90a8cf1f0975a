"""Every address. `id` is a person's; only a browser that holds it gets an answer."""

from django.urls import path

from psoas.web.views import answer, body, data, jobs, learn, safety, start, story

urlpatterns = [
    path("", start.start, name="start"),
    path("begin/", start.begin, name="begin"),
    path("body/", body.show, name="body"),
    path("body/scene.bin", body.scene, name="body-scene"),
    path("body/bones.glb", body.bones, name="body-bones"),
    path("learn/", learn.lessons, name="lessons"),
    path("learn/article/", learn.article, name="article"),
    path("learn/<slug:name>/", learn.lesson, name="lesson"),
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
    path("p/<str:id>/work/<int:job>/", jobs.show, name="job"),
    path("p/<str:id>/data/", data.data, name="data"),
    path("p/<str:id>/data/psoas.json", data.export, name="export"),
    path("p/<str:id>/data/delete/", data.delete, name="delete"),
]
handler404 = "psoas.web.views.errors.not_found"
handler500 = "psoas.web.views.errors.broken"
