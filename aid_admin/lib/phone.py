"""Telephone numbers as they are shown."""


def mask(number: str) -> str:
    """The number fit for a screen: of a mobile both ends stay, of a shorter one the last two digits."""
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return "*" * (len(number) - 2) + number[-2:] if len(number) > 4 else "*" * len(number)
