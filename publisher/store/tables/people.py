"""People: who is on the list, what they agreed to, and who must get no mail.

People are found by the key of their address, see addresses.py.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from publisher.store.tables.metadata import RowId, metadata

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("email", String(320), nullable=False),  # as typed: mail goes to it
    Column("address_key", String(320), nullable=False),
    Column("name", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("token_version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("unsubscribed_at", BigInteger),
    # Preferences; empty: the default of the list.
    Column("language", String(16), nullable=False, server_default=""),
    Column("length", String(16), nullable=False, server_default=""),
    Column("frequency", String(16), nullable=False, server_default=""),
    # The end of a pause; empty: until they resume.
    Column("paused_until", BigInteger),
    UniqueConstraint("address_key", name="uq_subscribers_email"),  # the column's former name
    # An unsubscribe token names a person by id: the id of an erased one must never be used again.
    sqlite_autoincrement=True,
)

# Ids of people who turned out to be somebody on the list: their unsubscribe tokens still work, and
# issues that went to both have a delivery for each.
merged_subscribers = Table(
    "merged_subscribers",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "subscriber_id",
        BigInteger,
        ForeignKey("subscribers.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("token_version", Integer, nullable=False),
)

subscriber_topics = Table(
    "subscriber_topics",
    metadata,
    Column(
        "subscriber_id",
        BigInteger,
        ForeignKey("subscribers.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("slug", String(64), primary_key=True),
)

# Outlives the person: `subject` is the keyed hash of the address, see people/hashing.py.
consent_log = Table(
    "consent_log",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("action", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    # The text that the person agreed to, see `wordings`; empty where they saw none of ours.
    Column("wording", String(32), nullable=False, server_default=""),
    # The IP addresses of request and confirmation; blank when the person is erased.
    Column("origin", String(128), nullable=False, server_default=""),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("email_hash", String(64), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    # The person with the address, where one is on the list.
    Column("subscriber_id", BigInteger, index=True),
)

wordings = Table(
    "wordings",
    metadata,
    Column("version", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
)

# Requests to be confirmed. The token itself is in the mail only.
confirmations = Table(
    "confirmations",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    # Of the part of the mail's Message-ID by which an answer is recognised.
    Column("reply_hash", String(64), nullable=False, unique=True),
    Column("action", String(16), nullable=False),
    Column("email", String(320), nullable=False),
    Column("address_key", String(320), nullable=False, index=True),
    Column("payload", Text, nullable=False),
    Column("wording", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# Files of people that operators import, in steps: `line` is the last one of a finished step.
imports = Table(
    "imports",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("operator", String(320), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("consent", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    # JSON: the file's columns, and how many people became what.
    Column("columns", Text, nullable=False, server_default=""),
    Column("counts", Text, nullable=False, server_default=""),
    Column("problem", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

# Apart from `imports`, whose rows are written at every step; gone when the import is done.
import_files = Table(
    "import_files",
    metadata,
    Column(
        "import_id",
        BigInteger,
        ForeignKey("imports.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("content", LargeBinary, nullable=False),
)

import_remarks = Table(
    "import_remarks",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column(
        "import_id",
        BigInteger,
        ForeignKey("imports.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("line", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("rejected", Integer, nullable=False),
)
