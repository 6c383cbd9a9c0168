"""Where the endpoints are."""

from __future__ import annotations

from django.urls import path

from tests.reference import views

urlpatterns = [
    path("healthz", views.healthz),
    path("broken", views.broken),
    path("api/courses/", views.Courses.as_view()),
    path("api/courses/cached/", views.CachedCourses.as_view()),
    path("api/notes/", views.Notes.as_view()),
]
