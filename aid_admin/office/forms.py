"""Forms of the roof."""

from django import forms


class RevealForm(forms.Form):
    """Why somebody wants to see a number in clear."""

    reason = forms.CharField(
        label="查看原因",
        max_length=100,
        error_messages={"required": "请写明为什么要看完整号码，系统会留下记录。"},
        widget=forms.TextInput(attrs={"list": "reveal-reasons", "autocomplete": "off", "autofocus": True}),
    )
