"""Large mail providers, and the DNS records of their customers' domains, by their documentation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider: `hosts` are ends of host names, `include` is for SPF, `selectors` for DKIM."""

    name: str
    hosts: tuple[str, ...]
    include: str
    selectors: tuple[str, ...] = ()
    key_settings: str = ""  # the page where customers get a DKIM key
    mailboxes: tuple[str, ...] = ()  # its own domains, in which people have addresses


PROVIDERS = (
    Provider(
        "Google",
        ("smtp.gmail.com", "smtp-relay.gmail.com", "smtp.googlemail.com"),
        "_spf.google.com",
        ("google",),
        "admin.google.com: Apps, Google Workspace, Gmail, Authenticate email",
        ("gmail.com", "googlemail.com"),
    ),
    Provider(
        "Microsoft",
        ("smtp.office365.com", "smtp-mail.outlook.com", "mail.protection.outlook.com"),
        "spf.protection.outlook.com",
        ("selector1", "selector2"),
        "security.microsoft.com: Email authentication settings, DKIM",
        ("outlook.com", "hotmail.com", "live.com", "msn.com"),
    ),
    Provider("Amazon SES", ("amazonaws.com",), "amazonses.com", (), "SES: Verified identities"),
    Provider("SendGrid", ("smtp.sendgrid.net",), "sendgrid.net", ("s1", "s2")),
    Provider("Mailgun", ("smtp.mailgun.org", "smtp.eu.mailgun.org"), "mailgun.org"),
    Provider("Postmark", ("smtp.postmarkapp.com",), "spf.mtasv.net"),
    Provider("Mailjet", ("mailjet.com",), "spf.mailjet.com", ("mailjet",)),
    Provider("Brevo", ("smtp-relay.brevo.com", "sendinblue.com"), "spf.brevo.com"),
    Provider("Fastmail", ("smtp.fastmail.com",), "spf.messagingengine.com", ("fm1", "fm2", "fm3")),
    Provider("Zoho", ("smtp.zoho.com", "smtppro.zoho.com"), "zohomail.com"),
    Provider("Yahoo", ("mail.yahoo.com",), "", (), "", ("yahoo.com", "ymail.com", "aol.com")),
    Provider(
        "iCloud", ("smtp.mail.me.com",), "icloud.com", ("sig1",), "", ("icloud.com", "me.com")
    ),
    Provider("GMX", ("gmx.net", "gmx.com"), "", (), "", ("gmx.net", "gmx.de", "gmx.com")),
    Provider("WEB.DE", ("smtp.web.de",), "", (), "", ("web.de",)),
    Provider(
        "Proton", ("protonmail.ch",), "_spf.protonmail.ch", ("protonmail",), "", ("proton.me",)
    ),
    Provider("Tencent", ("smtp.qq.com", "exmail.qq.com"), "spf.mail.qq.com", (), "", ("qq.com",)),
    Provider("Alibaba", ("mxhichina.com", "smtp.aliyun.com"), "spf.mxhichina.com"),
    Provider("NetEase", ("163.com", "126.com"), "spf.163.com", (), "", ("163.com", "126.com")),
)


def by_host(host: str) -> Provider | None:
    """Return the provider that runs the mail server `host`, None for an unknown one."""
    name = host.lower().rstrip(".")
    return next(
        (
            provider
            for provider in PROVIDERS
            if any(name == end or name.endswith(f".{end}") for end in provider.hosts)
        ),
        None,
    )


def of_mailbox(domain: str) -> Provider | None:
    """Return the provider whose mailboxes have addresses at `domain`, None for other domains."""
    matches = (provider for provider in PROVIDERS if domain.lower() in provider.mailboxes)
    return next(matches, None)
