"""What the reference application keeps."""

from __future__ import annotations

from django.db import models


class Teacher(models.Model):
    name = models.CharField(max_length=80)


class Tag(models.Model):
    word = models.CharField(max_length=30)


class Course(models.Model):
    title = models.CharField(max_length=120)
    starts = models.DateField()
    seats = models.PositiveIntegerField()
    teacher = models.ForeignKey(Teacher, models.PROTECT, related_name="courses")
    tags = models.ManyToManyField(Tag, related_name="courses")


class Session(models.Model):
    course = models.ForeignKey(Course, models.CASCADE, related_name="sessions")
    room = models.CharField(max_length=20)
    begins = models.DateTimeField()


class Note(models.Model):
    course = models.ForeignKey(Course, models.CASCADE, related_name="notes")
    text = models.CharField(max_length=500)
    written = models.DateTimeField(auto_now_add=True)
