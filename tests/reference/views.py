"""The endpoints: nothing, a list of four queries, the same list from the cache, and a write."""

from __future__ import annotations

from typing import ClassVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tests.reference.models import Course, Note, Session, Teacher

FRESH = 30  # seconds


class TeacherSerializer(serializers.ModelSerializer):
    class Meta:
        model = Teacher
        fields: ClassVar = ["id", "name"]


class SessionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Session
        fields: ClassVar = ["id", "room", "begins"]


class CourseSerializer(serializers.ModelSerializer):
    teacher = TeacherSerializer()
    tags = serializers.SlugRelatedField(slug_field="word", many=True, read_only=True)
    sessions = SessionSerializer(many=True)

    class Meta:
        model = Course
        fields: ClassVar = ["id", "title", "starts", "seats", "teacher", "tags", "sessions"]


class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields: ClassVar = ["id", "course", "text", "written"]


class Courses(generics.ListAPIView):
    """A page of courses: one query counts, one reads courses with teachers, one tags, one sessions."""

    queryset = Course.objects.select_related("teacher").prefetch_related("tags", "sessions").order_by("starts", "id")
    serializer_class = CourseSerializer


class CachedCourses(Courses):
    """The same page, whose data is kept in the worker's memory for a while."""

    def list(self, request: Request, *args: object, **kwargs: object) -> Response:
        key = f"courses:{request.query_params.get('page', '1')}"
        data = cache.get(key)
        if data is None:
            data = super().list(request, *args, **kwargs).data
            cache.set(key, data, FRESH)
        return Response(data)


class Notes(generics.CreateAPIView):
    """Writes a note to a course: one query finds the course, one inserts."""

    queryset = Note.objects.all()
    serializer_class = NoteSerializer


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer as fast as Django can."""
    return HttpResponse("ok", content_type="text/plain")


def broken(_request: HttpRequest) -> HttpResponse:
    """Answer 503, for what must not be taken for throughput."""
    return HttpResponse("no", status=503, content_type="text/plain")
