"""The words of the letters' page."""

from __future__ import annotations

TEXTS = {
    "kk": {
        "title": "Хаттар",
        "what": "Стенд жіберген хаттардың бәрі осында қалады; ешкімге жеткізілмейді.",
        "none": "Әзірге хат жоқ.",
        "to": "Кімге",
        "from": "Кімнен",
        "received": "Келді",
        "text": "Мәтін",
        "html": "HTML",
        "back": "Барлық хаттар",
        "clear": "Бәрін жою",
        "untitled": "(тақырыпсыз)",
    },
    "ru": {
        "title": "Письма",
        "what": "Здесь остаются все письма стенда; никому они не доставляются.",
        "none": "Писем пока нет.",
        "to": "Кому",
        "from": "От кого",
        "received": "Получено",
        "text": "Текст",
        "html": "HTML",
        "back": "Все письма",
        "clear": "Удалить все",
        "untitled": "(без темы)",
    },
    "en": {
        "title": "Letters",
        "what": "Every letter the stand sends stays here; nobody receives it.",
        "none": "No letters yet.",
        "to": "To",
        "from": "From",
        "received": "Received",
        "text": "Text",
        "html": "HTML",
        "back": "All letters",
        "clear": "Delete all",
        "untitled": "(no subject)",
    },
}
