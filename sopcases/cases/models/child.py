"""A child: everything that identifies may be unknown."""

from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q

from sopcases.people.models import Agency, User


class Category(models.Model):
    """A kind of those whom the office serves (PPKS), from the agency's own list: what recaps count by."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="categories")
    name = models.CharField("nama", max_length=120)
    order = models.PositiveIntegerField("urutan", default=0)

    class Meta:
        verbose_name = "kategori PPKS"
        verbose_name_plural = "kategori PPKS"
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="category_name_once",
                violation_error_message="Kategori ini sudah ada.",
            )
        ]

    def __str__(self):
        return self.name


class Child(models.Model):
    """A child's record. A foundling has no name, NIK, birth date or parents, and is a child all the same."""

    class Sex(models.TextChoices):
        MALE = "L", "Laki-laki"
        FEMALE = "P", "Perempuan"
        UNKNOWN = "", "Belum diketahui"

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="children")
    name = models.CharField("nama", max_length=150, blank=True)
    temporary_name = models.CharField("nama sementara", max_length=150, blank=True)
    aliases = models.JSONField("nama lain", default=list, blank=True)
    sex = models.CharField("jenis kelamin", max_length=1, choices=Sex.choices, blank=True, default="")
    birth_from = models.DateField("lahir paling awal", null=True, blank=True)
    birth_until = models.DateField("lahir paling akhir", null=True, blank=True)
    birth_how = models.CharField("cara usia diketahui", max_length=200, blank=True)
    birth_place = models.CharField("tempat lahir", max_length=100, blank=True)
    nik_encrypted = models.TextField(blank=True, editable=False)
    nik_index = models.CharField(max_length=64, blank=True, editable=False)
    marks = models.TextField("ciri fisik", blank=True)
    health = models.TextField("kondisi kesehatan", blank=True)
    disability = models.CharField("kedisabilitasan", max_length=200, blank=True)
    religion = models.CharField("agama", max_length=40, blank=True)
    schooling = models.CharField("pendidikan", max_length=200, blank=True)
    address = models.CharField("alamat", max_length=300, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kategori PPKS"
    )
    dtsen = models.CharField("status DTSEN", max_length=80, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False)

    class Meta:
        verbose_name = "anak"
        verbose_name_plural = "anak"
        default_permissions = ()
        indexes = [models.Index(fields=["agency", "name"], name="child_agency_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_from__isnull=True, birth_until__isnull=True)
                | Q(birth_from__isnull=False, birth_until__gte=F("birth_from")),
                name="child_birth_range",
                violation_error_message="Perkiraan tanggal lahir harus berurutan.",
            ),
            models.UniqueConstraint(
                fields=["agency", "nik_index"],
                condition=~Q(nik_index=""),
                name="child_nik_once",
                violation_error_message="NIK ini sudah tercatat pada anak lain.",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
                name="child_not_merged_into_itself",
            ),
        ]

    def __str__(self):
        return self.initials

    @property
    def root(self) -> "Child":
        """The record that stands for the child: of one declared to be another's, that other. Asks the
        database only there, so lists read `merged_into` with their rows."""
        return self.merged_into.root if self.merged_into_id else self

    @property
    def called(self) -> str:
        """The name for those entitled to it, as the child is known now: a false name that was recognised is
        called no more."""
        return self.root.written

    @property
    def written(self) -> str:
        """The name as this very record has it; a temporary name says that it is one."""
        if self.name:
            return self.name
        if self.temporary_name:
            return f"{self.temporary_name} (nama sementara)"
        return "Belum bernama"

    @property
    def initials(self) -> str:
        """What titles, notices and exports to others show."""
        words = (self.root.name or self.root.temporary_name).split()
        return ". ".join(w[0].upper() for w in words) + "." if words else "Tanpa nama"


def follow(known: Mapping[int, int | None]) -> dict[int, int]:
    """Record → the record that stands for its child, from what is known of their pointers (`merged_into`).

    Asks nothing where none points anywhere, else one query for each further level of the tree.
    """
    found = {pk: into or pk for pk, into in known.items()}
    open_ends = {into for into in known.values() if into}
    while open_ends:
        rows = Child.objects.filter(pk__in=open_ends, merged_into__isnull=False)
        upward = dict(rows.values_list("pk", "merged_into"))
        found = {pk: upward.get(at, at) for pk, at in found.items()}
        open_ends = set(upward.values())
    return found


class ChildWord(models.Model):
    """A word of a child's names as `spelling` keys it: what a search goes by."""

    agency = models.ForeignKey(Agency, models.CASCADE, related_name="+")
    child = models.ForeignKey(Child, models.CASCADE, related_name="words")
    word = models.CharField(max_length=40)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["agency", "word", "child"], name="childword_found")]
        constraints = [models.UniqueConstraint(fields=["child", "word"], name="childword_once")]

    def __str__(self):
        return f"{self.child_id}"


class Adult(models.Model):
    """A parent, guardian, finder or other responsible adult; several children may share one."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="adults")
    name = models.CharField("nama", max_length=150)
    phone = models.CharField("telepon", max_length=40, blank=True)
    address = models.CharField("alamat", max_length=300, blank=True)
    note = models.CharField("keterangan", max_length=300, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "orang dewasa"
        verbose_name_plural = "orang dewasa"
        default_permissions = ()

    def __str__(self):
        return "".join(w[0] for w in self.name.split())


class StandingRelations(models.Manager):
    """Relations that stand: what was told in error is kept, and counts nowhere."""

    def get_queryset(self):
        return super().get_queryset().filter(removed_at=None)


class Relation(models.Model):
    """How a child is related to another child or to an adult. Told in error, it is kept with the reason."""

    class Kind(models.TextChoices):
        SIBLING = "sibling", "Saudara kandung"
        MOTHER = "mother", "Ibu"
        FATHER = "father", "Ayah"
        GUARDIAN = "guardian", "Wali/pengasuh"
        RESPONSIBLE = "responsible", "Penanggung jawab"
        OTHER = "other", "Lainnya"

    child = models.ForeignKey(Child, models.PROTECT, related_name="relations")
    other = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="related_to")
    adult = models.ForeignKey(Adult, models.PROTECT, null=True, blank=True, related_name="relations")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    removed_reason = models.TextField("alasan", blank=True, editable=False)

    every = models.Manager()
    objects = StandingRelations()

    class Meta:
        default_manager_name = "objects"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, removed_reason="")
                | Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_reason=""),
                name="relation_removed_with_reason",
                violation_error_message="Hubungan yang dihapus memerlukan alasannya.",
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True, adult__isnull=False)
                | Q(other__isnull=False, adult__isnull=True),
                name="relation_to_child_or_adult",
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=F("child")), name="relation_not_to_itself"
            ),
            models.CheckConstraint(
                condition=~Q(kind="sibling") | Q(other__gt=F("child")),
                name="relation_siblings_once",
                violation_error_message="Saudara kandung dicatat satu kali untuk keduanya.",
            ),
            models.UniqueConstraint(
                fields=["child", "adult", "kind"],
                condition=Q(adult__isnull=False, removed_at__isnull=True),
                name="relation_adult_once",
                violation_error_message="Hubungan ini sudah tercatat.",
            ),
            models.UniqueConstraint(
                fields=["child", "other", "kind"],
                condition=Q(other__isnull=False, removed_at__isnull=True),
                name="relation_child_once",
                violation_error_message="Hubungan ini sudah tercatat.",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class Places(models.QuerySet):
    """Which places? A child may be in two cases, and not everybody on one may read the other."""

    def visible_to(self, officer):
        case = self.model._meta.get_field("case").related_model
        return self.filter(case__in=case.objects.visible_to(officer).values("pk"))


class Whereabouts(models.Model):
    """Where a child is, since when, and who said so: the chain of a foundling's handovers."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="whereabouts")
    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="whereabouts")
    place = models.CharField("keberadaan anak", max_length=200)
    since = models.DateTimeField("sejak")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = Places.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-since", "-id"]
        indexes = [models.Index(fields=["child", "-since", "-id"], name="whereabouts_latest")]

    def __str__(self):
        return self.place
