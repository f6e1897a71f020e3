"""Checks of the DNS of the sender's domain: preflight's, as lines of an examination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.models import Severity
from publisher.models.health import HealthCheck, HealthStatus
from publisher.services.preflight import check_domain
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Finding
    from publisher.services.doctor.examination import Examination

AREA = "dns"
_NOT_CHECKED = "N001"
_STATUS = {
    Severity.ERROR: HealthStatus.ERROR,
    Severity.WARNING: HealthStatus.WARNING,
    Severity.NOTE: HealthStatus.OK,
}


def sender_domain(examination: Examination) -> Iterator[HealthCheck]:
    """Look SPF, DKIM and DMARC up."""
    findings = check_domain(examination.settings, examination.nameserver)
    yield from map(as_check, findings)
    if all(finding.severity is Severity.NOTE for finding in findings) and not any(
        finding.code == _NOT_CHECKED for finding in findings
    ):
        domain = examination.settings.mail.from_address.rpartition("@")[2]
        text = _("SPF, DKIM and DMARC of {domain} fit the mail server").format(domain=domain)
        yield HealthCheck(AREA, HealthStatus.OK, text, setting="mail.from_address")


def as_check(finding: Finding) -> HealthCheck:
    """Return a finding of preflight as a line; what to add stands in it."""
    status = HealthStatus.SKIPPED if finding.code == _NOT_CHECKED else _STATUS[finding.severity]
    problem = status in (HealthStatus.ERROR, HealthStatus.WARNING)
    advice = (
        _("see {code} in docs/reference/preflight.md").format(code=finding.code) if problem else ""
    )
    text = f"{finding.path}: {finding.message}"
    return HealthCheck(AREA, status, text, advice, "mail.from_address")
