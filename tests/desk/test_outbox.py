"""E-mails on their way: failures tried again with a sentence, an end to it; four processes send once."""

import os
import re
import socketserver
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from sopcases.desk import outbox, reminding
from sopcases.desk.models import Digest, Mail, Notice, Round
from sopcases.people.models import User
from tests.cast import at, make_world
from tests.letters.crowd import ROOT, address

pytestmark = pytest.mark.django_db

TUESDAY = at("2026-03-03 06:30")


class Server(socketserver.ThreadingTCPServer):
    """A mail server small enough to read: it keeps what it takes and refuses some addresses."""

    daemon_threads = True

    def __init__(self, refuses: str = ""):
        self.refuses, self.taken = refuses, []
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].upper()
            if word.startswith(("EHLO", "HELO", "MAIL", "RSET")):
                self.say("250 ok")
            elif word.startswith("RCPT"):
                refused = self.server.refuses and self.server.refuses in line
                self.say("550 nobody of that name" if refused else "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                lines = iter(lambda: self.rfile.readline().decode(), ".\r\n")
                self.server.taken.append("".join(lines))
                self.say("250 taken")
            else:
                self.say("221 bye")
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def server(settings, refuses: str = ""):
    with Server(refuses) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        yield running
        running.shutdown()


@pytest.fixture
def waiting(world):
    """Two e-mails that wait: Sari's, and of a letter Rahman's."""
    for user in world.users.values():
        user.email = f"{user.username}@dinsos.example"
        user.save()
    world.case()
    reminding.remind(TUESDAY)
    digest = Digest.objects.create(user=world.rahman, day=TUESDAY.date(), at=TUESDAY)
    Mail.objects.create(digest=digest, address=world.rahman.email, subject="Pengingat", body="Isi")
    return Mail.objects.order_by("id")


def test_a_server_takes_them(waiting, settings):
    with server(settings) as running:
        assert outbox.send(TUESDAY) == (2, [])
        assert outbox.send(TUESDAY) == (0, [])
    assert len(running.taken) == 2
    assert "Subject: Pengingat 3 Maret: 1 mendekati batas waktu" in running.taken[0]
    assert [m.sent_at for m in waiting] == [TUESDAY, TUESDAY]


def test_a_server_that_is_away_loses_nothing_and_says_so(waiting, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    sentence = "server surel tidak dapat dihubungi. Periksa EMAIL_URL dan jaringan."
    assert outbox.send(TUESDAY) == (0, [f"2 surel belum dikirim: {sentence}"])
    assert [m.tries for m in waiting] == [0, 0], "no try of theirs was used up"
    with server(settings):
        assert outbox.send(TUESDAY + timedelta(hours=1)) == (2, [])


def test_an_address_that_is_refused_is_tried_again_and_then_given_up(waiting, settings):
    sentence = "alamatnya ditolak server surel. Periksa alamat surel pegawai."
    with server(settings, refuses="sari@"):
        for _ in range(outbox.TRIES - 1):
            assert outbox.send(TUESDAY)[1] == [f"Surel kepada sari: {sentence}"]
        assert outbox.send(TUESDAY)[1] == [f"Surel kepada sari: {sentence} Tidak dicoba lagi setelah 5 kali."]
        assert outbox.send(TUESDAY) == (0, [])
    saris, rahmans = waiting
    assert (saris.sent_at, saris.given_up_at) == (None, TUESDAY)
    assert rahmans.sent_at == TUESDAY, "another's trouble is not his"


def test_what_was_not_sent_stands_on_the_page_and_ends_the_command(waiting, settings, sign_in, world):
    with server(settings, refuses="sari@"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: TUESDAY)
        with pytest.raises(CommandError, match="Surel kepada sari: alamatnya ditolak"):
            call_command("remind")
    world.now = TUESDAY
    page = sign_in("sari").get("/pengingat/").content.decode()
    assert "Belum terkirim ke sari@dinsos.example: alamatnya ditolak server surel." in page


def test_many_failures_in_a_row_end_the_run(waiting, settings, world):
    for name in ("dewi", "budi"):
        digest = Digest.objects.create(user=world.users[name], day=TUESDAY.date(), at=TUESDAY)
        Mail.objects.create(digest=digest, address=f"{name}@dinsos.example", subject="x", body="x")
    with server(settings, refuses="@dinsos"):
        failed = outbox.send(TUESDAY)[1]
    assert len(failed) == outbox.DOWN + 1 and failed[-1].startswith("Server surel tidak dapat dipakai")
    assert [m.tries for m in waiting] == [1, 1, 1, 0]


def test_one_run_is_bounded(waiting, settings, monkeypatch):
    monkeypatch.setattr(outbox, "AT_MOST", 1)
    with server(settings):
        assert [outbox.send(TUESDAY)[0] for _ in range(3)] == [1, 1, 0]


def test_what_a_sender_that_died_had_in_hand_is_taken_up_again_later(waiting, settings):
    waiting.update(claimed_at=TUESDAY, tries=1)
    with server(settings):
        assert outbox.send(TUESDAY + outbox.LEASE) == (0, []), "perhaps it is still at work"
        assert outbox.send(TUESDAY + outbox.LEASE + timedelta(minutes=1)) == (2, [])


def test_nothing_goes_out_of_a_transaction_that_failed(world):
    """Mails are rows until the digests are there: a broken morning leaves neither."""
    User.objects.filter(username="sari").update(email="sari@dinsos.example")
    world.case()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reminding, "_mail", lambda *args: 1 / 0)
        made, (sentence,) = reminding.remind(TUESDAY)
        assert made == 0 and "pengingat tidak dapat dibuat" in sentence
    assert not any(model.objects.exists() for model in (Digest, Notice, Mail))
    assert [r.agency.slug for r in Round.objects.all()] == ["lamandau"], "one never stops the others"
    assert mail.outbox == []
    assert reminding.remind(TUESDAY) == (1, []), "the next run makes up for it"


def test_who_left_or_wants_none_any_more_gets_none(waiting, settings):
    User.objects.filter(username="sari").update(is_active=False)
    User.objects.filter(username="rahman").update(reminders_by_mail=False)
    with server(settings) as running:
        assert outbox.send(TUESDAY) == (0, [])
    assert running.taken == []


def test_a_claimed_one_is_nobody_elses(waiting):
    """Two that read the same list: the second finds it taken."""
    pk = waiting[0].pk
    assert outbox._claim(pk, TUESDAY).tries == 1
    assert outbox._claim(pk, TUESDAY) is None


# --- two processes

RUN = """
import sys, django
django.setup()
from datetime import datetime
from django.db import connection
from sopcases.desk import outbox, reminding

connection.ensure_connection()
print("ready", flush=True)
sys.stdin.readline()
at = datetime.fromisoformat(sys.argv[1])
print(reminding.remind(at)[0], outbox.send(at)[0], flush=True)
"""


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_tell_once_and_send_once(tmp_path):
    world = make_world()
    for user in world.users.values():
        user.email = f"{user.username}@dinsos.example"
        user.save()
    for _ in range(3):
        world.case()
    when = at("2026-03-06 06:30")
    environment = os.environ | {
        "DATABASE_URL": address(),
        "PYTHONPATH": str(ROOT),
        "EMAIL_URL": f"filemail:///{tmp_path}",
    }
    command = [sys.executable, "-c", RUN, when.isoformat()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    crowd = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for _ in range(4)]
    for process in crowd:
        assert process.stdout.readline() == "ready\n"
    for process in crowd:
        process.stdin.write("go\n")
        process.stdin.flush()
    done = [process.communicate(timeout=120)[0].split() for process in crowd]
    assert all(process.returncode == 0 for process in crowd)
    assert sum(int(made) for made, _ in done) == Digest.objects.count() == 2, done
    sent = sum(int(count) for _, count in done)
    letters = "".join(file.read_text() for file in tmp_path.iterdir())
    assert len(re.findall("^To: ", letters, re.M)) == sent == Mail.objects.exclude(sent_at=None).count() == 2
    assert sorted(re.findall("^To: (.*)@", letters, re.M)) == ["dewi", "sari"]
    assert Notice.objects.count() == 6
