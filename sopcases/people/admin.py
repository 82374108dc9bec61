"""The admin pages: an agency's admin edits what belongs to his agency, and reaches nothing else.

The rule "only the own agency" lives here alone. Each room names with `belongs` how its rows find their
agency, and registers classes built on `AgencyAdmin` and `AgencyInline`: lists, choices, autocomplete,
inlines, history and addresses by id then all ask `own`. No case, child or paper is ever registered.
"""

import hashlib
from collections.abc import Iterable
from io import BytesIO
from operator import attrgetter
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, AdminUserCreationForm
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from PIL import Image

from sopcases.people import journal
from sopcases.people.authority import Officer
from sopcases.people.forms import RowsField
from sopcases.people.models import Agency, Appointment, Area, Delegation, Position, User
from sopcases.people.pictures import Whole

_PATHS: dict[type[Model], str] = {}


def belongs(model: type[Model], path: str):
    """Name the lookup from a model to the id of its agency."""
    _PATHS[model] = path


belongs(Agency, "id")
belongs(Area, "agency_id")
belongs(Position, "agency_id")
belongs(User, "agency_id")
belongs(Appointment, "position__agency_id")
belongs(Delegation, "delegate__agency_id")


def is_agency_admin(user) -> bool:
    """Staff with an agency: no further permissions are kept."""
    return bool(user.is_active and user.is_staff and user.agency_id)


def own(rows: QuerySet, user) -> QuerySet:
    """The rows of the user's agency. A model that nobody said how it belongs fails loudly."""
    path = _PATHS[rows.model]
    return rows.filter(**{path: user.agency_id}) if is_agency_admin(user) else rows.none()


def agency_id_of(row: Model) -> int | None:
    return attrgetter(_PATHS[type(row)].replace("__", "."))(row)


# Fields --------------------------------------------------------------------------------------------


class PlainText(forms.CharField):
    """Several lines kept as they are; browsers send another line end than the sheets are stored with."""

    def __init__(self, **kwargs):
        super().__init__(**{**kwargs, "strip": False})

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n")


class LinesField(forms.CharField):
    """A list of texts, one a line; with another separator, texts of several lines."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

    def __init__(self, *, separator="\n", **kwargs):
        self.separator = separator
        super().__init__(**{"required": False, **kwargs})

    def prepare_value(self, value):
        return self.separator.join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value):
        if isinstance(value, list):
            return value
        text = super().to_python(value).replace("\r\n", "\n")
        return [part.strip() for part in text.split(self.separator) if part.strip()]


class OwnForm(forms.ModelForm):
    """Tells when somebody else saved the row since it was shown, instead of overwriting him."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.now = self._digest() if self.instance.pk else ""
        self.initial["seen"] = self.now

    def _digest(self) -> str:
        """What the row holds in the fields of this form."""
        held = [(f.name, f.value_from_object(self.instance)) for f in self.instance._meta.concrete_fields]
        text = repr([(name, str(value)) for name, value in held if name in self.fields])
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    def clean(self):
        data = super().clean()
        if self.instance.pk and data.get("seen", self.now) not in ("", self.now):
            raise forms.ValidationError(
                "Isian ini sudah diubah orang lain sejak halaman dibuka. Salin ketikan Anda, muat ulang "
                "halaman, lalu ubah kembali.",
                code="conflict",
            )
        return data


class AskersForm(OwnForm):
    """Knows who fills it in, so that nobody gives authority to himself."""

    asker: Officer
    """The page sets it on the class that it makes for one request."""

    def his(self, positions: Iterable[Position]) -> set[int]:
        """Those that he holds, or is to hold later, as ids."""
        held = self.asker.user.appointments.exclude(valid_until__lt=self.asker.day)
        return set(held.filter(position__in=list(positions)).values_list("position", flat=True))


# The base of every admin page -----------------------------------------------------------------------


class OwnRows:
    """What pages and inlines share: who may, which rows, which choices."""

    form = OwnForm
    formfield_overrides = {models.TextField: {"form_class": PlainText}}

    def may_edit(self, request: HttpRequest, obj: Model | None) -> bool:
        """Whether this row (for an inline: the row around it) may be changed now."""
        return True

    def get_queryset(self, request):
        return own(super().get_queryset(request), request.user)

    def has_view_permission(self, request, obj=None):
        return is_agency_admin(request.user)

    def has_add_permission(self, request, obj=None):
        return is_agency_admin(request.user) and self.may_edit(request, obj)

    def has_change_permission(self, request, obj=None):
        return is_agency_admin(request.user) and self.may_edit(request, obj)

    def has_delete_permission(self, request, obj=None):
        return is_agency_admin(request.user) and self.may_edit(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        rows = own(db_field.remote_field.model._default_manager.all(), request.user)
        if db_field.name == "agency":
            # In the form, so that "one name per agency" is checked; disabled, so that no other can be sent.
            return forms.ModelChoiceField(
                rows,
                required=not db_field.blank,
                initial=request.user.agency_id,
                disabled=True,
                widget=forms.HiddenInput,
                label="",
            )
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, "queryset": rows})

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if not self.has_change_permission(request, obj):
            return fieldsets
        *first, (title, options) = fieldsets
        if "seen" in options["fields"]:
            return fieldsets
        return [*first, (title, {**options, "fields": [*options["fields"], "seen"]})]


class AgencyAdmin(OwnRows, admin.ModelAdmin):
    """A page for rows of the own agency. `noun` is the word before the dot of its journal verbs."""

    noun = ""
    actions = None
    view_on_site = False
    list_per_page = 50

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(db_field, request, **{"form_class": RowsField, **kwargs})

    def about(self, obj: Model) -> Model:
        """The row that the journal's line is about."""
        return obj

    def own_page(self, request, template: str, title: str, context: dict, status: int = 200):
        """A page of ours beside Django's, in the frame of the admin."""
        frame = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, template, frame | context, status=status)

    def _write(self, request, what: str, obj: Model, **data):
        about = self.about(obj)
        journal.write(request.officer, f"{self.noun}.{what}", about, agency_id=agency_id_of(obj), **data)

    def log_addition(self, request, obj, message):
        self._write(request, "ditambahkan", obj, row=str(obj))
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        if message:
            self._write(request, "diubah", obj, row=str(obj), changes=message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        for obj in queryset:
            self._write(request, "dihapus", obj, row=str(obj))
        return super().log_deletions(request, queryset)

    def get_deleted_objects(self, objs, request):
        """Django would list every row that hangs on these, cases too: only say that there are some."""
        _, _, perms_needed, protected = super().get_deleted_objects(objs, request)
        named = [str(obj) for obj in objs]
        if protected:
            return named, {}, set(), ["Masih dipakai di tempat lain, sehingga tidak dapat dihapus."]
        return named, {}, perms_needed, []


class AskersAdmin(AgencyAdmin):
    """A page whose form is an `AskersForm`."""

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.asker = request.officer
        return form


class AgencyInline(OwnRows):
    """Rows inside a page of the own agency; the page's row decides whether they may be changed."""

    extra = 0


class AgencyTabular(AgencyInline, admin.TabularInline):
    pass


class AgencyStacked(AgencyInline, admin.StackedInline):
    pass


# Agencies -------------------------------------------------------------------------------------------


MAX_CREST_BYTES = 2 * 1024 * 1024
MAX_CREST_SIDE = 4000
CREST_SIDE = 600


class CrestField(forms.ImageField):
    """PNG and JPEG alone: other formats are never given to their decoders."""

    def to_python(self, data):
        if data:
            start = data.read(8)
            data.seek(0)
            if not start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
                raise forms.ValidationError("Lambang harus berupa gambar PNG atau JPEG.")
        return super().to_python(data)


class AgencyForm(OwnForm):
    # No link to the present one: uploaded files leave only through a checked view.
    crest = CrestField(label="lambang daerah", required=False, widget=forms.FileInput)
    without_crest = forms.BooleanField(label="hapus lambang", required=False)

    def clean_crest(self):
        """The picture drawn anew, small enough for a letterhead: nothing hidden in the file survives."""
        crest = self.cleaned_data["crest"]
        if self.data.get("without_crest"):
            return False
        if not isinstance(crest, UploadedFile):
            return crest
        if crest.size > MAX_CREST_BYTES or max(crest.image.size) > MAX_CREST_SIDE:
            raise forms.ValidationError("Lambang paling besar 2 MB dan 4.000 titik pada sisi terpanjang.")
        crest.seek(0)
        try:
            with Image.open(Whole(crest.read()), formats=("PNG", "JPEG")) as image:
                picture = image.convert("RGBA")
        except Exception:  # Pillow raises whatever a broken file leads it to
            raise forms.ValidationError("Gambar lambang rusak atau tidak lengkap.") from None
        picture.thumbnail((CREST_SIDE, CREST_SIDE))
        drawn = BytesIO()
        picture.save(drawn, "PNG")
        return ContentFile(drawn.getvalue(), name="lambang.png")

    def clean_timezone(self):
        if self.cleaned_data["timezone"] not in available_timezones():
            raise forms.ValidationError("Zona waktu tidak dikenal. Contoh: Asia/Jakarta (WIB).")
        return self.cleaned_data["timezone"]

    def clean_letterhead_name(self):
        lines = [line.strip() for line in self.cleaned_data["letterhead_name"].splitlines() if line.strip()]
        if len(lines) > 3:
            raise forms.ValidationError("Nama pada kop surat paling banyak tiga baris.")
        return "\n".join(lines)


@admin.register(Agency)
class AgencyTexts(AgencyAdmin):
    """The agency's letterhead and house rules; a superuser makes agencies."""

    noun = "perangkat_daerah"
    form = AgencyForm
    list_display = ["name", "short_name", "city"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["slug", "name", "short_name", "government", "timezone"]}),
        (
            "Kop surat",
            {"fields": ["letterhead_name", "city", "address", "phone", "email", "website"]},
        ),
        ("Lambang", {"fields": ["crest_now", "crest", "without_crest"]}),
        (
            "Aturan kerja",
            {
                "fields": [
                    "walk_on_decision",
                    "number_given_outside",
                    "number_after_ink",
                    "signature_backend",
                    "grace_next_working_day",
                    "remind_before",
                    "escalate_after",
                ]
            },
        ),
    ]

    def get_queryset(self, request):
        if request.user.is_superuser:
            return admin.ModelAdmin.get_queryset(self, request)
        return super().get_queryset(request)

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_view_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return ["slug", "crest_now"] if obj else ["crest_now"]

    @admin.display(description="lambang sekarang")
    def crest_now(self, obj):
        return "Ada" if obj.crest else "Belum ada"


@admin.register(Area)
class AreaAdmin(AgencyAdmin):
    noun = "wilayah"
    fields = ["name", "agency"]
    search_fields = ["name"]


# Positions, people, appointments ---------------------------------------------------------------------


class PositionForm(AskersForm):
    AUTHORITY = frozenset(("superior", "external", "may_record", "may_waive", "may_close"))
    aliases = LinesField(label="Nama lain pada SOP", help_text="Satu nama per baris.")

    def clean_superior(self):
        """No loop: the chain of superiors decides who may read a case."""
        superior = self.cleaned_data["superior"]
        if self.instance.pk and self.instance in _up_from(superior):
            raise forms.ValidationError("Rantai atasan berputar kembali ke jabatan ini sendiri.")
        return superior

    def clean(self):
        data = super().clean()
        if self.instance.pk and self.AUTHORITY.intersection(self.changed_data) and self.his([self.instance]):
            raise forms.ValidationError(
                "Atasan dan hak jabatan yang Anda pegang sendiri tidak dapat Anda ubah. Minta admin lain.",
                code="self",
            )
        if "superior" in self.changed_data and self._comes_below_him(data.get("superior")):
            raise forms.ValidationError(
                "Anda tidak dapat menempatkan jabatan di bawah jabatan yang Anda pegang sendiri. "
                "Minta admin lain.",
                code="self",
            )
        return data

    def _comes_below_him(self, superior: Position | None) -> bool:
        """Whether he would read the cases of a position that is not below him yet. A new one has none, so
        there only its own superior counts: who leads the office is who has somebody below."""
        if not self.instance.pk:
            return bool(superior and self.his([superior]))
        return not self.his(_up_from(superior)) <= self.his(_up_from(self.instance.superior))


def _up_from(position: Position | None) -> list[Position]:
    """The position and every one above it."""
    found = []
    while position and position not in found:
        found.append(position)
        position = position.superior
    return found


@admin.register(Position)
class PositionAdmin(AskersAdmin):
    noun = "jabatan"
    form = PositionForm
    fields = "name aliases superior external may_record may_waive may_close note proposed agency".split()
    list_display = ["name", "superior", "external", "may_record", "may_waive", "may_close", "proposed"]
    list_filter = ["proposed"]
    list_select_related = ["superior"]
    search_fields = ["name"]


class NewUserForm(AdminUserCreationForm):
    """A new account with a one-time password: its owner chooses another at the first login."""

    usable_password = None
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def save(self, commit=True):
        self.instance.must_change_password = True
        return super().save(commit)


class OneTimePasswordForm(AdminPasswordChangeForm):
    """A new one-time password for somebody who forgot his."""

    usable_password = None

    def save(self, commit=True):
        self.user.must_change_password = True
        return super().save(commit)


@admin.register(User)
class OfficerAdmin(AgencyAdmin, DjangoUserAdmin):
    """Accounts. An agency's admin sees the people of his agency; a superuser the admins of all."""

    noun = "pegawai"
    form = OwnForm
    add_form = NewUserForm
    change_password_form = OneTimePasswordForm
    change_form_template = "admin/people/user/change_form.html"
    list_display = ["name", "username", "nip", "rank", "is_active", "is_staff"]
    list_filter = ["is_active"]
    search_fields = ["name", "username", "nip"]
    ordering = ["name"]
    filter_horizontal = ()
    DETAILS = ("name", "nip", "nip_label", "rank", "phone", "email", "reminders_by_mail")

    def get_queryset(self, request):
        if request.user.is_superuser:
            return admin.ModelAdmin.get_queryset(self, request).filter(
                Q(is_staff=True) | Q(is_superuser=True)
            )
        return super().get_queryset(request).filter(is_superuser=False)

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_view_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_change_permission(request, obj)

    def has_add_permission(self, request, obj=None):
        return request.user.is_superuser or super().has_add_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """An account is closed (not active), never deleted: the journal names its owner."""
        return False

    def get_fieldsets(self, request, obj=None):
        rights = ["is_active"]
        if request.user.is_superuser:
            rights += ["is_staff"]
        if obj is None:
            return [
                (None, {"fields": ["username", *self.DETAILS, "agency"]}),
                ("Kata sandi sekali pakai", {"fields": ["password1", "password2"]}),
                ("Hak", {"fields": rights}),
            ]
        return [
            (None, {"fields": ["username", *self.DETAILS]}),
            ("Hak", {"fields": [*rights, "agency", "must_change_password", "last_login", "seen"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        fixed = ["agency", "must_change_password", "last_login"]
        return [*fixed, "is_active", "is_staff"] if obj == request.user else fixed

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "agency" and request.user.is_superuser:
            return admin.ModelAdmin.formfield_for_foreignkey(self, db_field, request, **kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request):
        return {"is_staff": request.user.is_superuser}

    def user_change_password(self, request, id, form_url=""):
        if str(request.user.pk) == id:
            return redirect("people:password")
        return super().user_change_password(request, id, form_url)


class AppointmentForm(AskersForm):
    def clean(self):
        data = super().clean()
        if data.get("user") == self.asker.user or self.instance.user_id == self.asker.user.pk:
            raise forms.ValidationError(
                "Anda tidak dapat menunjuk diri sendiri atau mengubah penugasan sendiri. Minta admin lain.",
                code="self",
            )
        return data


@admin.register(Appointment)
class AppointmentAdmin(AskersAdmin):
    noun = "penugasan"
    form = AppointmentForm
    fields = "user position kind stands_in_for valid_from valid_until basis printed_title area".split()
    list_display = ["user", "position", "kind", "valid_from", "valid_until", "area"]
    list_select_related = ["user", "position", "area"]
    list_filter = ["kind", ("position", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["user__name", "position__name"]
    autocomplete_fields = ["user", "position"]

    def has_delete_permission(self, request, obj=None):
        """Only what has not begun: one that was in force is ended by its date."""
        begun = obj is not None and obj.valid_from <= request.officer.day
        mine = obj is not None and obj.user_id == request.user.pk
        return super().has_delete_permission(request, obj) and not begun and not mine


class DelegationForm(AskersForm):
    def clean(self):
        """One level up is a.n., two are u.b.; nobody signs for anybody else."""
        data = super().clean()
        delegate, principal = data.get("delegate"), data.get("principal")
        if delegate and self.his([delegate]):
            raise forms.ValidationError(
                "Anda tidak dapat memberi wewenang kepada diri sendiri. Minta admin lain.", code="self"
            )
        if delegate and principal and delegate != principal:
            above = delegate.superior
            levels = [above, above and above.superior]
            if principal not in levels:
                raise forms.ValidationError(
                    f"{delegate} hanya dapat menandatangani atas nama pejabat satu tingkat (a.n.) atau dua "
                    f"tingkat (u.b.) di atasnya, bukan {principal}. Periksa atasan pada jabatannya.",
                    code="level",
                )
        return data


@admin.register(Delegation)
class DelegationAdmin(AskersAdmin):
    """Who may sign for the official above him, and until when; what was signed stays as it printed."""

    noun = "wewenang"
    form = DelegationForm
    fields = "delegate principal printed_title valid_from valid_until basis".split()
    list_display = ["delegate", "principal", "valid_from", "valid_until", "basis"]
    list_select_related = ["delegate", "principal"]
    search_fields = ["delegate__name", "principal__name"]

    def has_delete_permission(self, request, obj=None):
        """Only what has not begun: one that was in force is ended by its date."""
        begun = obj is not None and obj.valid_from <= request.officer.day
        return super().has_delete_permission(request, obj) and not begun


# The site -------------------------------------------------------------------------------------------


def may_enter(request: HttpRequest) -> bool:
    user = request.user
    return is_agency_admin(user) or (user.is_active and user.is_superuser)


_every_address = admin.site.get_urls


def _without_shortcut() -> list:
    """Django's addresses but the one that leads from any row's number to its page, a case's too."""
    return [item for item in _every_address() if getattr(item, "name", "") != "view_on_site"]


admin.site.get_urls = _without_shortcut
admin.site.has_permission = may_enter
admin.site.site_header = admin.site.site_title = "sopcases – administrasi"
admin.site.index_title = "Yang dapat diatur"
admin.site.site_url = "/"
admin.site.enable_nav_sidebar = False
admin.site.unregister(Group)
