"""A consultation with a question of each kind, for exact tests."""

from datetime import timedelta

from handlers.consultations.messages import (
    Consultation,
    ConsultationPhase,
    ConsultationQuestion,
    ConsultationQuestionKind,
)
from tests.in_memory_desk import MORNING

CONSULTATION = Consultation(
    "K7M2QX",
    "ร่างแผนพัฒนาการศึกษา",
    "ร่างนี้ใช้ห้าปี",
    "https://office.example/plan.pdf",
    MORNING - timedelta(days=1),
    MORNING + timedelta(days=9),
    (
        ConsultationQuestion("q1", ConsultationQuestionKind.CHOICE, "ท่านคือใคร", {"a": "ครู", "b": "ผู้ปกครอง"}),
        ConsultationQuestion(
            "q2", ConsultationQuestionKind.CHOICES, "ต้องการอะไร", {"a": "หนังสือ", "b": "คอมพิวเตอร์"}
        ),
        ConsultationQuestion("q3", ConsultationQuestionKind.SCALE, "เห็นด้วยเพียงใด"),
        ConsultationQuestion("q4", ConsultationQuestionKind.TEXT, "ควรเพิ่มอะไร"),
        ConsultationQuestion("q5", ConsultationQuestionKind.STATEMENTS, "ข้อความใด", {"s1": "ควรเริ่มปีนี้"}),
    ),
    ConsultationPhase.OPEN,
)
KEYS = ("q1", "q2", "q3", "q4", "q5.s1", "q5+")
"""The keys of the survey of `CONSULTATION`, in order."""
