"""Makes the database, the same every time: `python -m tests.reference.prepare` with REFERENCE_DATABASE set."""

from __future__ import annotations

import datetime
import os

import django

COURSES = 200
SUBJECTS = ("Algebra", "Biology", "Chemistry", "Drawing", "English", "Football", "Geography", "History")


def prepare() -> None:
    """Make the tables and fill them with 200 courses, each with a teacher, 3 tags and 4 sessions."""
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from tests.reference.models import Course, Session, Tag, Teacher  # noqa: PLC0415

    call_command("migrate", run_syncdb=True, verbosity=0)
    teachers = Teacher.objects.bulk_create([Teacher(name=f"Teacher {number}") for number in range(20)])
    tags = Tag.objects.bulk_create([Tag(word=word.lower()) for word in SUBJECTS])
    first = datetime.datetime(2026, 9, 1, 8, tzinfo=datetime.UTC)
    courses = Course.objects.bulk_create(
        Course(
            title=f"{SUBJECTS[number % len(SUBJECTS)]} {number}",
            starts=(first + datetime.timedelta(days=number % 30)).date(),
            seats=12 + number % 18,
            teacher=teachers[number % len(teachers)],
        )
        for number in range(COURSES)
    )
    for number, course in enumerate(courses):
        course.tags.set([tags[(number + step) % len(tags)] for step in range(3)])
    Session.objects.bulk_create(
        Session(course=course, room=f"R{number % 40}", begins=first + datetime.timedelta(days=number % 30, weeks=week))
        for number, course in enumerate(courses)
        for week in range(4)
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.reference.settings")
    django.setup()
    prepare()
