"""Pictures that came from outside: half a picture is an error."""

import io


class Whole(io.BytesIO):
    """A file that fails at its end, so that half an image is an error.

    WeasyPrint switches Pillow's own refusal (LOAD_TRUNCATED_IMAGES) off for the whole process.
    """

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(size)
        if not part and size != 0:
            raise OSError("the file ends too soon")
        return part
