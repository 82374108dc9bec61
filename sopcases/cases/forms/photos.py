"""What photos show: a caption and, if one likes, the child, for each on one page."""

from collections.abc import Iterator

from django import forms

from sopcases.cases.forms.fields import ActForm
from sopcases.cases.models import Child, Photo
from sopcases.cases.walk import Captioned


class CaptionsForm(ActForm):
    """A caption for each photo; one that came after the page was shown is left alone."""

    def __init__(self, data=None, *args, photos: list[Photo], children: list[Child], **kwargs):
        super().__init__(data, *args, **kwargs)
        self.photos = [p for p in photos if data is None or f"version_{p.pk}" in data]
        choices = [("", "Tidak ditentukan"), *((c.pk, c.called) for c in children)]
        for photo in self.photos:
            key = photo.pk
            self.fields[f"version_{key}"] = forms.IntegerField(
                min_value=0, initial=photo.version, widget=forms.HiddenInput
            )
            self.fields[f"caption_{key}"] = forms.CharField(
                label="Keterangan", max_length=Photo.CAPTION, required=False, initial=photo.caption
            )
            if children:
                self.fields[f"child_{key}"] = forms.TypedChoiceField(
                    label="Anak pada foto",
                    choices=choices,
                    coerce=int,
                    empty_value=None,
                    required=False,
                    initial=photo.child_id,
                )

    def fields_of(self, photo: Photo) -> list[forms.BoundField]:
        """The visible fields of one photo, in order."""
        return [self[name] for name in (f"caption_{photo.pk}", f"child_{photo.pk}") if name in self.fields]

    def said(self) -> Iterator[Captioned]:
        """What was said of each, for `walk.caption`."""
        data = self.cleaned_data
        for photo in self.photos:
            key = photo.pk
            child = data.get(f"child_{key}")
            yield Captioned(key, data[f"caption_{key}"], child, data[f"version_{key}"])
