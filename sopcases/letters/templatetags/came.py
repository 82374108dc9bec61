"""Where a case came from: the case itself knows nothing of the letters that come in."""

from django import template

from sopcases.letters.incoming_page import incoming_url
from sopcases.letters.models import IncomingLetter

register = template.Library()


@register.simple_tag(takes_context=True)
def opened_from(context: template.Context, number: str) -> list[tuple[str, str]]:
    """The letter that a case was opened from, for those who may read it: name and address. One query."""
    letters = IncomingLetter.objects.visible_to(context["request"].officer).filter(case__number=number)
    return [(str(letter), incoming_url(letter)) for letter in letters]
