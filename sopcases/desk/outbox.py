"""E-mails on their way: each is claimed, handed to the server, and only then marked as sent.

Two processes never hold the same e-mail. One whose sender died between claim and mark is taken up again after
`LEASE`; its Message-ID stays the same, so a mail server or reader that got it twice can tell.
"""

import smtplib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q

from sopcases.desk.models import Mail

AT_MOST = 500
"""E-mails handed over in one run."""
TRIES = 5
LEASE = timedelta(hours=3)
"""Longer than a run can take: its e-mails are then free again."""
DOWN = 3
"""So many failures in a row mean that the server is down: the rest waits for the next run."""


NOWHERE = ("django.core.mail.backends.console.EmailBackend", "django.core.mail.backends.dummy.EmailBackend")


def leaves() -> bool:
    """Whether an e-mail leaves this machine: without EMAIL_URL it is only printed."""
    return settings.EMAIL_BACKEND not in NOWHERE


def send(at: datetime) -> tuple[int, list[str]]:
    """Send what waits. Answers how many were sent, and a sentence for each that was not."""
    # Who left or wants none any more gets none. The claim itself looks at its own row alone.
    wanted = _waiting(at).filter(digest__user__is_active=True, digest__user__reminders_by_mail=True)
    waiting = list(wanted.order_by("id").values_list("pk", flat=True)[:AT_MOST])
    sent, failed, row = 0, [], 0
    if not waiting or not leaves():
        return sent, failed
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return sent, [f"{len(waiting)} surel belum dikirim: {_why(error)}"]
    try:
        for pk in waiting:
            if (mail := _claim(pk, at)) is None:
                continue
            if (sentence := _hand_over(mail, connection, at)) is None:
                sent, row = sent + 1, 0
                continue
            failed.append(f"Surel kepada {mail.digest.user.username}: {sentence}")
            row += 1
            connection.close()  # it may be broken; the next e-mail opens its own
            if row == DOWN:
                failed.append("Server surel tidak dapat dipakai; sisanya dicoba lagi pada jalan berikutnya.")
                break
    finally:
        connection.close()
    return sent, failed


def _waiting(at: datetime):
    """Neither sent nor given up, and in nobody's hands."""
    free = Q(claimed_at=None) | Q(claimed_at__lt=at - LEASE)
    return Mail.objects.filter(free, sent_at=None, given_up_at=None)


@transaction.atomic
def _claim(pk: int, at: datetime) -> Mail | None:
    """The e-mail, ours alone; None where another process has it. One UPDATE decides."""
    ours = _waiting(at).filter(pk=pk).update(claimed_at=at, tries=F("tries") + 1)
    return Mail.objects.select_related("digest__user").get(pk=pk) if ours else None


def _hand_over(mail: Mail, connection, at: datetime) -> str | None:
    """None when the server took it, else why not."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    message = EmailMessage(
        mail.subject,
        mail.body,
        to=[mail.address],
        headers={"Message-ID": f"<pengingat-{mail.digest_id}@{host}>", "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        return _failed(mail, error, at)
    Mail.objects.filter(pk=mail.pk).update(sent_at=at, failure="")
    return None


def _failed(mail: Mail, error: Exception, at: datetime) -> str:
    sentence = _why(error)
    over = mail.tries >= TRIES
    if over:
        sentence = f"{sentence} Tidak dicoba lagi setelah {TRIES} kali."
    Mail.objects.filter(pk=mail.pk).update(
        claimed_at=None, failure=sentence, given_up_at=at if over else None
    )
    return sentence


def _why(error: Exception) -> str:
    """What is wrong and what to do; never what the server said, which may repeat the message."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return "alamatnya ditolak server surel. Periksa alamat surel pegawai."
        case smtplib.SMTPAuthenticationError():
            return "server surel menolak nama atau kata sandinya. Periksa EMAIL_URL."
        case smtplib.SMTPSenderRefused():
            return "server surel menolak alamat pengirim. Periksa DEFAULT_FROM_EMAIL."
        case TimeoutError():
            return "server surel tidak menjawab pada waktunya."
        case smtplib.SMTPException():
            return "server surel menolaknya."
    return "server surel tidak dapat dihubungi. Periksa EMAIL_URL dan jaringan."
