"""Forms of the door: signing in, changing the password, and being asked again who one is."""

from django import forms
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from sopcases.people.models import User
from sopcases.people.throttle import Throttled, address_of, guarded

WRONG = "Nama pengguna atau kata sandi tidak cocok. Periksa huruf besar dan kecil, lalu coba lagi."
NOT_YOURS = "Kata sandi tidak cocok. Ketik kata sandi yang Anda pakai untuk masuk."


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    """A field for a password: never trimmed, never sent back to the page."""
    return forms.CharField(
        label=label,
        strip=False,
        max_length=4096,
        help_text=help_text,
        error_messages={"required": f"Isi {label[0].lower()}{label[1:]}."},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows; a number that no row can have is a wrong choice (SQLite fails on it in pk__in)."""

    def _check_values(self, value):
        try:
            return super()._check_values(value)
        except OverflowError:
            message = self.error_messages["invalid_choice"] % {"value": ", ".join(map(str, value))}
            raise ValidationError(message, code="invalid_choice") from None


class SignInForm(forms.Form):
    """Name and password. One error for a wrong name, a wrong password and a closed account alike."""

    username = UsernameField(
        label="Nama pengguna",
        max_length=150,
        error_messages={"required": "Isi nama pengguna."},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = password_field("Kata sandi", "current-password")

    def __init__(self, request: HttpRequest, *args, **kwargs):
        self.request = request
        self.user: User | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict:
        if self.errors:
            return self.cleaned_data
        name, password = self.cleaned_data["username"], self.cleaned_data["password"]

        def check() -> User | None:
            self.user = authenticate(self.request, username=name, password=password)
            return self.user

        try:
            if not guarded(name, address_of(self.request), self.request.at, check):
                raise ValidationError(WRONG, code="wrong")
        except Throttled as refusal:
            raise ValidationError(str(refusal), code="throttled") from None
        return self.cleaned_data


class IdentityForm(forms.Form):
    """Asks again who one is, before an act that binds. Mix into a form; then call `confirm_identity`."""

    password = password_field("Kata sandi Anda", "current-password")


def confirm_identity(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the password on the valid form is the signed-in user's; the error is put on the form.

    Throttled like the login. Call it before the transaction of the act.
    """

    def check() -> bool:
        return request.user.check_password(form.cleaned_data["password"])

    try:
        if guarded(request.user.username, address_of(request), request.at, check):
            return True
        form.add_error("password", NOT_YOURS)
    except Throttled as refusal:
        form.add_error("password", str(refusal))
    return False


class RemindersForm(forms.Form):
    """Whether reminders also come by e-mail, and where to."""

    email = forms.EmailField(
        label="Alamat surel",
        required=False,
        max_length=254,
        help_text="Sebaiknya surel kantor. Pengingat tidak pernah memuat nama anak.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    reminders_by_mail = forms.BooleanField(label="Kirim pengingat pagi juga lewat surel", required=False)

    def clean(self) -> dict:
        data = self.cleaned_data
        if data["reminders_by_mail"] and not data.get("email") and "email" not in self.errors:
            self.add_error("email", "Isi alamat surel, atau matikan pengingat lewat surel.")
        return data


class PasswordForm(forms.Form):
    """The old password once, the new one twice. OWASP ASVS 5.0, 6.2: length and a list, no composition."""

    password = password_field("Kata sandi sekarang", "current-password")
    new_password = password_field(
        "Kata sandi baru",
        "new-password",
        "Paling sedikit 12 karakter. Beberapa kata yang mudah diingat lebih baik daripada satu kata rumit.",
    )
    new_password_again = password_field("Kata sandi baru, sekali lagi", "new-password")

    def __init__(self, user: User, *args, **kwargs):
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_new_password(self) -> str:
        new = self.cleaned_data["new_password"]
        if new == self.cleaned_data.get("password"):
            raise ValidationError("Pilih kata sandi yang berbeda dari yang sekarang.", code="same")
        password_validation.validate_password(new, self.user)
        return new

    def clean(self) -> dict:
        data = self.cleaned_data
        if "new_password" in data and data["new_password"] != data.get("new_password_again"):
            self.add_error("new_password_again", "Kedua kata sandi baru tidak sama.")
        return data
