"""The store between runs on machines that keep nothing: an encrypted copy in a git repository.

The copy is the only commit of a branch of its own. A push replaces it only where it is still the
copy that was pulled, so of two runs that began alike one can save. In a copy, deliveries that a
process had in hand are in doubt: whoever pulls it sends them to nobody. So a run that saves before
each batch of messages, and does not send where that fails, sends nothing twice, whenever it dies.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
import zlib
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import git_process
from publisher.errors import SettingsError, StoreError
from publisher.git_process import GitFailure, GitMissing
from publisher.private_folder import make_private_folder
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from publisher.settings import Settings

FILE = "store.encrypted"
SHORTEST_PASSPHRASE = 24  # characters: the file may be in the hands of anybody
_MAGIC = b"digest-publisher store 1\n"
_SALT, _NONCE = 16, 12  # bytes
_SECONDS = 120.0  # of a call of git
_PAUSES = (1.0, 4.0)  # seconds, after which a push is tried again
_PASSED_ON = ("GIT_CONFIG", "GIT_SSH", "GIT_SSL", "GIT_PROXY", "GIT_EXEC")
_NOBODY = ("-c", "user.name=publisher", "-c", "user.email=publisher@localhost")
_IN_DOUBT = (
    """UPDATE deliveries
    SET state = 'in_doubt', reason = 'the run ended before it saved the outcome'
    WHERE state IN ('claimed', 'sending')""",
    """UPDATE announcements
    SET state = 'in_doubt', reason = 'the run ended before it saved the outcome'
    WHERE state = 'sending'""",
)


@dataclass(frozen=True, slots=True)
class RemoteStore:
    """The copy that belongs to an SQLite file; `pause` waits for a number of seconds."""

    file: Path
    remote: str
    branch: str
    passphrase: str
    folder: Path  # of the settings; names such as "origin" are those of its repository
    pause: Callable[[float], object] = time.sleep

    @classmethod
    def of(cls, settings: Settings, file: Path | None) -> RemoteStore:
        """Return the copy of the SQLite `file`, None for a server. Raises `SettingsError`."""
        store = settings.store
        if not store.remote:
            raise SettingsError(
                _("store.remote: is not set; it names the repository that keeps the store")
            )
        if file is None:
            raise SettingsError(
                _("store.remote: is for an SQLite file; a database server keeps its data itself")
            )
        if len(store.passphrase.reveal()) < SHORTEST_PASSPHRASE:
            raise SettingsError(
                _(
                    "store.passphrase: must have {count} characters or more; "
                    "`openssl rand -base64 32` makes one"
                ).format(count=SHORTEST_PASSPHRASE)
            )
        remote, passphrase = store.remote.reveal(), store.passphrase.reveal()
        return cls(file, remote, store.branch, passphrase, settings.path("."))

    @property
    def place(self) -> str:
        """The place of the copy, for people."""
        remote = git_process.without_credentials(self.remote)
        return _("branch {branch} of {remote}").format(branch=self.branch, remote=remote)

    def pull(self, *, force: bool = False) -> bool:
        """Make the file what was saved; return False where nothing was saved yet.

        `force` throws away changes of the file that were not saved. Raises `StoreError`, and then
        leaves the file as it is.
        """
        with self._repository() as git:
            commit = git.find()
            base, digest = self._last()
            changed = self.file.exists() and digest != _digest(snapshot(self.file))
            if changed and not force:
                raise StoreError(
                    _(
                        "{file}: has changes that were not saved; `publisher store push` saves "
                        "them, `publisher store pull --force` throws them away"
                    ).format(file=self.file)
                )
            if not commit:
                if base:
                    raise StoreError(
                        _(
                            "{place}: is gone; `publisher store push --force` saves the store "
                            "of this machine there"
                        ).format(place=self.place)
                    )
                return False
            if changed or commit != base:
                self._restore(decrypt(git.read(commit), self.passphrase, self.place))
                self._remember(commit)
        return True

    def push(self, *, force: bool = False) -> bool:
        """Save the file; return False where it has not changed since it was pulled or saved.

        `force` replaces what others saved. Raises `StoreError` where it is not saved.
        """
        data = snapshot(self.file)
        base, digest = self._last()
        if digest == _digest(data) and not force:
            return False
        with self._repository() as git:
            commit = git.commit(encrypt(data, self.passphrase))
            self._replace(git, git.find() if force else base, commit)
        self._remember(commit)
        return True

    def _replace(self, git: _StoreBranch, base: str, commit: str) -> None:
        """Put `commit` in the place of `base`, also where the answer to an earlier try was lost."""
        for seconds in (*_PAUSES, 0.0):
            try:
                git.push(commit, base)
            except StoreError as error:
                failure = error
            else:
                return
            current = None
            with suppress(StoreError):
                current = git.find()
            if current == commit:
                return
            if current == base:
                raise failure  # it is refused, not out of reach
            if current is not None:
                raise StoreError(
                    _(
                        "{place}: another run has saved meanwhile; nothing was saved, and nothing "
                        "is sent. `publisher store pull --force` takes over what it saved"
                    ).format(place=self.place)
                )
            self.pause(seconds)
        raise failure

    @contextmanager
    def _repository(self) -> Iterator[_StoreBranch]:
        """Yield the repository of the settings, with its remotes and logins, or an empty one."""
        with tempfile.TemporaryDirectory() as empty:
            git = _StoreBranch(self.folder, self.remote, self.branch, self.place)
            try:
                git.call("rev-parse", "--git-dir")
            except StoreError:
                git = _StoreBranch(Path(empty), self.remote, self.branch, self.place)
                git.call("init", "--quiet", "--bare")
            yield git

    def _restore(self, data: bytes) -> None:
        try:
            make_private_folder(self.file.parent)
            if not self.file.exists():
                os.close(os.open(self.file, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(":memory:")) as copy:
                copy.deserialize(data)
                # In one transaction: other processes may have the file open.
                with closing(sqlite3.connect(self.file)) as database:
                    copy.backup(database)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{self.file}: {error}") from error

    @property
    def _note(self) -> Path:
        return self.file.with_name(f"{self.file.name}.saved")

    def _last(self) -> tuple[str, str]:
        """Return the commit that was pulled or saved last, and the digest of the file then."""
        try:
            commit, digest = self._note.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return "", ""
        return commit, digest

    def _remember(self, commit: str) -> None:
        try:
            self._note.write_text(f"{commit} {_digest(snapshot(self.file))}\n", encoding="ascii")
        except OSError as error:
            raise StoreError(f"{self._note}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _StoreBranch:
    """Calls of git in `folder`; each raises `StoreError`."""

    folder: Path
    remote: str
    branch: str
    place: str

    def call(self, *arguments: str, data: bytes = b"") -> bytes:
        """Return what git prints."""
        full: Sequence[str] = ("-C", str(self.folder), *_NOBODY, *arguments)
        try:
            return git_process.run(full, git_process.environment(_PASSED_ON), _SECONDS, data)
        except (GitFailure, GitMissing) as error:
            raise StoreError(f"store.remote: {self.place}: {error}") from error

    def find(self) -> str:
        """Return the commit that the branch has, "" where there is no such branch."""
        answer = self.call("ls-remote", "--", self.remote, f"refs/heads/{self.branch}")
        return answer.decode("ascii", "replace").partition("\t")[0].strip()

    def read(self, commit: str) -> bytes:
        """Return the file of `commit`, the newest of the branch."""
        self.call(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", self.remote, commit
        )
        return self.call("cat-file", "blob", f"{commit}:{FILE}")

    def commit(self, content: bytes) -> str:
        """Return a new commit that has nothing but the file."""
        blob = self._line("hash-object", "-w", "--stdin", data=content)
        tree = self._line("mktree", data=f"100644 blob {blob}\t{FILE}\n".encode())
        return self._line("commit-tree", tree, "-m", "Save the store")

    def push(self, commit: str, base: str) -> None:
        """Have the branch point to `commit` if it points to `base`, "" for no branch."""
        branch = f"refs/heads/{self.branch}"
        lease = f"--force-with-lease={branch}:{base}"
        self.call("push", "--quiet", "--no-verify", lease, "--", self.remote, f"{commit}:{branch}")

    def _line(self, *arguments: str, data: bytes = b"") -> str:
        return self.call(*arguments, data=data).decode("ascii").strip()


def snapshot(file: Path) -> bytes:
    """Return the SQLite database `file` as it may be sent away, whoever writes to it meanwhile.

    Deliveries that a process has in hand are in doubt in it. Raises `StoreError`.
    """
    if not file.exists():
        raise StoreError(_("{file}: there is no store yet").format(file=file))
    try:
        with (
            closing(sqlite3.connect(file)) as database,
            closing(sqlite3.connect(":memory:")) as copy,
        ):
            database.backup(copy)
            for statement in _IN_DOUBT:
                with suppress(sqlite3.OperationalError):  # no such table: nothing was ever sent
                    copy.execute(statement)
            copy.commit()
            data = bytearray(copy.serialize())
    except sqlite3.Error as error:
        raise StoreError(f"{file}: {error}") from error
    # No write-ahead log: a database in memory has none (sqlite.org/fileformat.html, 1.3.3).
    data[18:20] = b"\1\1"
    return bytes(data)


def encrypt(data: bytes, passphrase: str) -> bytes:
    """Return `data`, packed and encrypted by AES-256-GCM with a key of scrypt."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    text = _cipher(passphrase, salt).encrypt(nonce, zlib.compress(data), _MAGIC)
    return _MAGIC + salt + nonce + text


def decrypt(content: bytes, passphrase: str, place: str) -> bytes:
    """Return what `encrypt` was given; `place` is for messages. Raises `StoreError`."""
    if not content.startswith(_MAGIC):
        raise StoreError(_("{place}: has no store of this program").format(place=place))
    salt, nonce, text = (
        content[len(_MAGIC) :][part]
        for part in (slice(_SALT), slice(_SALT, _SALT + _NONCE), slice(_SALT + _NONCE, None))
    )
    cipher = _cipher(passphrase, salt)
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - the extra is there

    try:
        return zlib.decompress(cipher.decrypt(nonce, text, _MAGIC))
    except InvalidTag as error:
        raise StoreError(
            _("store.passphrase: does not open {place}, or the file there is damaged").format(
                place=place
            )
        ) from error


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers import aead  # noqa: PLC0415 - of an extra
    except ImportError as error:
        raise SettingsError(
            _("store.remote: to encrypt the store: pip install 'digest-publisher[remote]'")
        ) from error
    # 32 MB and a tenth of a second for each guess.
    key = hashlib.scrypt(passphrase.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
    return aead.AESGCM(key)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
