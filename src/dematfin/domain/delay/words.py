"""How far a day is, as people say it."""

from datetime import date


def days_left(day: date, today: date) -> str:
    """Say how long there is until the end of a day.

    >>> days_left(date(2026, 3, 9), date(2026, 3, 7)), days_left(date(2026, 3, 7), date(2026, 3, 9))
    ('encore 2 jours', 'en retard de 2 jours')
    """
    left = (day - today).days
    if left == 0:
        return "aujourd'hui"
    if left == 1:
        return "demain"
    number = f"{abs(left)} jour{'s' * (abs(left) > 1)}"
    return f"encore {number}" if left > 0 else f"en retard de {number}"
