"""`{% once_key %}`: the hidden key of a form that must do its thing once, for forms without `OnceForm`."""

import uuid

from django import template
from django.utils.html import format_html

from sopcases.people.once import FIELD

register = template.Library()


@register.simple_tag
def once_key() -> str:
    """A hidden input with a new key each time the form is shown."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())
