"""Serve the pages on this machine (`--lan`: also in the home network), with a worker beside them."""

import argparse
import getpass
import io
import ipaddress
import os
import socket
import sys

from psoas.errors import InputError, UserError

FIND = "find"
THREADS = 4
CONNECTIONS = 1000  # a browser holds up to six; the usual limit of 100 made 200 people wait

IN_MEMORY_BYTES = 6_000_000  # answers do not pass through a file of the system
MOST_BYTES = 300_000_000  # a film chosen by mistake is still told in words; beyond that the line is cut


def main() -> int:
    """Serve until stopped. Returns 0 when stopped, 2 where something given cannot be used."""
    parser = argparse.ArgumentParser(prog="psoas serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--lan", nargs="?", const=FIND, default="")
    parser.add_argument("--passphrase", action="store_true")
    arguments = parser.parse_args()
    try:
        return serve(arguments.port, arguments.lan, arguments.passphrase)
    except UserError as error:
        print(f"psoas serve: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def serve(port: int, lan: str, ask: bool) -> int:
    """Bind, migrate, print the addresses, answer. lan: address in the home network, `FIND`, or empty.

    Raises `UserError`.
    """
    if lan:
        lan = lan_address() if lan == FIND else _address(lan)
        os.environ["PSOAS_LAN"] = lan
    listeners = [listening("127.0.0.1", port)]
    port = listeners[0].getsockname()[1]
    folder = set_up()
    from waitress import create_server

    from psoas.web import jobs
    from psoas.web.application import application
    from psoas.web.worker import keep_worker

    agree_on_passphrase(bool(lan), ask)
    if lan:
        listeners.append(listening(lan, port))
    server = create_server(
        application,
        sockets=listeners,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        ident=None,
        inbuf_overflow=IN_MEMORY_BYTES,
        max_request_body_size=MOST_BYTES,
    )
    jobs.ask("walk", again=True)
    keep_worker()
    print(f"psoas is at http://127.0.0.1:{port}/  (stop with Ctrl+C)", flush=True)
    if lan:
        print(on_network(f"http://{lan}:{port}/"), flush=True)
        print(f"Your data stays in {folder}. Nothing leaves your home network.", flush=True)
    else:
        print(f"Your data stays in {folder}. Nothing is sent anywhere.", flush=True)
    server.run()
    return 0


def set_up() -> str:
    """Bring the database up to date. Returns where it lies. Raises `InputError` where it cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "psoas.web.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError

    from psoas.web.storage import data_folder

    folder, address = str(data_folder()), os.environ.get("PSOAS_DATABASE_URL")
    where = "the database of PSOAS_DATABASE_URL" if address else folder
    try:
        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
    except ImproperlyConfigured as error:
        raise InputError(
            f"the program for this database is not installed ({error})",
            "PSOAS_DATABASE_URL",
            "pip install 'psoas[web,postgres]'",
        ) from None
    except DatabaseError as error:
        raise InputError(
            f"the database cannot be used: {str(error).strip()}",
            where,
            "Check that it runs, and its address, name and password."
            if address
            else "Check that the disk is not full and that you may write there; or set PSOAS_DATA.",
        ) from None
    return where


def agree_on_passphrase(needed: bool, ask: bool) -> None:
    """Set what $PSOAS_PASSPHRASE says, or what is typed here; nothing typed under `ask` removes it.

    Raises `InputError` where one is needed and there is none.
    """
    from psoas.web import lock

    told = os.environ.pop("PSOAS_PASSPHRASE", "")  # popped: the worker has no use for it
    kept = lock.current()
    if told:
        if kept is None or not lock.fits(kept, told):
            lock.put(_fit(told, "PSOAS_PASSPHRASE"))
        return
    if not ask and (kept is not None or not needed):
        return
    if not sys.stdin.isatty():
        raise InputError(
            "a passphrase is needed, and there is no terminal to ask for it",
            "--lan" if needed else "--passphrase",
            "Set PSOAS_PASSPHRASE, or run it in a terminal.",
        )
    typed = getpass.getpass("New passphrase for the pages, three or four words (it is not shown): ")
    if not typed and ask and not needed:
        lock.remove()
        print("The pages have no passphrase now.", flush=True)
        return
    if typed != getpass.getpass("The same again: "):
        raise InputError("the two were not the same", "the passphrase", "Start again.")
    lock.put(_fit(typed, "the passphrase"))


def _fit(passphrase: str, where: str) -> str:
    """The passphrase, if it can be one. Raises `InputError`."""
    from psoas.web import lock

    if lock.fault(passphrase):
        raise InputError(
            "this is not fit for a passphrase",
            where,
            f"Use three or four words: {lock.SHORTEST} to {lock.LONGEST} letters, not all the same.",
        )
    return passphrase


def lan_address() -> str:
    """This machine's address in its network. Nothing is sent: the system only looks up which way it would go.

    Raises `InputError` where there is no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect(("192.0.2.1", 9))  # an address for documentation, RFC 5737
            return str(way.getsockname()[0])
        except OSError:
            raise InputError(
                "this computer is in no network",
                "--lan",
                "Join your home network, or name the address: psoas serve --lan 192.168.1.20",
            ) from None


def _address(given: str) -> str:
    """The address, if it is one in numbers: a name would have to be looked up. Raises `InputError`."""
    try:
        return str(ipaddress.IPv4Address(given))
    except ValueError:
        raise InputError(
            f"{given} is no address", "--lan", "Write it in numbers, such as 192.168.1.20, or leave it out."
        ) from None


def on_network(address: str) -> str:
    """What to know before a phone opens this address, with a QR code where the terminal can show it."""
    import segno

    drawn = io.StringIO()
    segno.make(address, error="m").terminal(drawn, compact=True)
    code = drawn.getvalue()
    try:
        code.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        code = ""
    return f"""On your phone, in the same network: {address}
{code}
Only at home. The pages ask for the passphrase, but nothing is encrypted on the way: who can listen in this
network can read along. Without https a phone keeps no pages for later, cannot install psoas, gives no camera
and may let its screen go dark. What you log there while this computer is off is kept and sent later."""


def listening(address: str, port: int) -> socket.socket:
    """A socket at one address of this machine. Raises `InputError` where it cannot be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(1024)
    except (OSError, OverflowError) as error:
        listener.close()
        if getattr(error, "errno", None) in (99, 49, 10049) or isinstance(error, socket.gaierror):
            raise InputError(
                f"{address} is no address of this computer",
                "--lan",
                "Leave the address out, and psoas finds it.",
            ) from None
        reason = (
            "is taken" if getattr(error, "errno", None) in (98, 48, 10048) else f"cannot be used ({error})"
        )
        raise InputError(
            f"port {port} {reason}",
            "--port",
            f"Choose another one: psoas serve --port {min(port + 1, 65535)}",
        ) from None
    return listener


if __name__ == "__main__":
    sys.exit(main())
