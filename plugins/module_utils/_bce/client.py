# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""BceClient: one requests.Session that signs, sends, retries by deadline and raises the BceError family.

It knows HTTP and BCE's common rules, nothing of VPN and nothing of Ansible.
"""

from __future__ import annotations

import json
import random
import re
import socket
import threading
import time
import traceback
from collections import deque
from typing import NamedTuple
from urllib.parse import urlsplit

from . import auth, transport
from .errors import (
    BusyError,
    InvalidResponseError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    TransportError,
    error_class_for,
)
from .redaction import MASK, redact

try:
    import requests
    from urllib3 import disable_warnings
    from urllib3.exceptions import HTTPError, InsecureRequestWarning, NewConnectionError, TimeoutError
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

COLLECTION_VERSION = "1.0.0"
USER_AGENT = "ansible-collection-baiducloud.network/" + COLLECTION_VERSION

BACKOFF_BASE = 0.2  # seconds before the first retry at the most; doubled for each further one
BACKOFF_CAP = 8.0  # seconds; half of it is the shortest pause after "busy"
SHORTEST_TRY = 0.05  # seconds; a try that has less time would only hide the error of the one before
LARGEST_ANSWER = 32 * 1024 * 1024  # bytes; a gateway's list is far below it
LONGEST_QUOTE = 300  # characters of a foreign text in a message of ours
LOOKED_AT = 65536  # bytes of an answer from which such a text is taken
LONGEST_SECRET = 4096  # characters

# How often a request is tried again after an outcome.
NEVER, ONCE, THRICE, UNTIL_DEADLINE = 0, 1, 3, float("inf")

# The whole retry policy: outcome of a try -> how often again, for each verb. A POST may be repeated blindly only if it
# carries a clientToken, by which the API recognises the repetition; "POST" here is one without.
VERBS = ("GET", "PUT", "DELETE", "POST with token", "POST")
RETRIES = {
    "not connected": (UNTIL_DEADLINE,) * 5,
    "name not resolved": (THRICE,) * 5,
    "not trusted": (NEVER,) * 5,
    "not sendable": (NEVER,) * 5,
    "cut off": (UNTIL_DEADLINE,) * 4 + (NEVER,),
    "not JSON": (ONCE,) * 4 + (NEVER,),
    "too long": (NEVER,) * 5,
    "RequestExpired": (ONCE,) * 5,
    "throttled": (UNTIL_DEADLINE,) * 5,
    "busy": (UNTIL_DEADLINE,) * 5,
    # 409 with a code that does not say "busy": of a creation, it may be that of a name that is taken.
    "conflict": (UNTIL_DEADLINE,) * 3 + (NEVER,) * 2,
    500: (UNTIL_DEADLINE,) * 4 + (NEVER,),
    502: (UNTIL_DEADLINE,) * 4 + (NEVER,),
    503: (UNTIL_DEADLINE,) * 4 + (NEVER,),
    504: (UNTIL_DEADLINE,) * 4 + (NEVER,),
}
# After these outcomes nobody knows whether the request was carried out.
NOT_SUPPORTED = (501, 505)  # statuses above 500 that are a clear refusal
GAVE_UP = (408, 499)  # statuses by which a server or proxy says that it waited no longer
AMBIGUOUS = frozenset(("cut off", "not JSON", "too long", 500, 502, 503, 504))

# What to do about the refusals that are the user's to fix (code -> advice); the others have the remedy of their class.
ADVICE = {
    "InvalidAccessKeyId": "check access_key_id (or BCE_ACCESS_KEY_ID)",
    "SignatureDoesNotMatch": "check secret_access_key (or BCE_SECRET_ACCESS_KEY), and security_token if there is one",
    "RequestExpired": "check the clock of the machine that runs the task",
    "AccessDenied": "give the user of these keys the right to do that",
    "OptInRequired": "enable the service in the console",
    "QualifyNotPass": "complete the account's real-name verification",
    "IdempotentParameterMismatch": "give another client_token, or none",
}
NOT_FOUND_ADVICE = NotFoundError.remedy

# The code of an error response without one, as in the official Go SDK.
CODE_OF_STATUS = {
    400: "InvalidHTTPRequest",
    401: "Unauthorized",
    403: "AccessDenied",
    404: "NotFound",
    409: "Conflict",
    412: "PreconditionFailed",
    413: "RequestEntityTooLarge",
    429: "TooManyRequests",
    500: "InternalError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
# Values of `code` that mean success in a response with a 2xx status.
SUCCESS_CODES = frozenset(("0", "200", "ok", "success", "successful", "succeed", "succeeded"))


class Response(NamedTuple):
    """A successful response.

    :ivar body: the JSON object; an empty dict for an empty body.
    :ivar request_id: the API's request id, or None.
    :ivar server_time: the server's time of day (HTTP header Date) in seconds since the epoch, or None.
    :ivar is_empty: True if there was no body at all.
    """

    status: int
    body: dict
    request_id: str
    server_time: float = None
    is_empty: bool = False


class Received(NamedTuple):
    """A response as it came over the wire, for those who examine the API itself.

    :ivar headers: a mapping whose names are equal in upper and lower case. :ivar content: the body, bytes.
    :ivar server_time: the server's time of day (HTTP header Date) in seconds since the epoch, or None.
    :ivar interim: statuses of the interim responses before it, other than 100.
    """

    status: int
    headers: object
    content: bytes
    server_time: float
    interim: tuple = ()


class BceClient:
    """Signed, retried JSON requests to one endpoint over one connection pool.

    Threads may share a client; when one of them is throttled, all of them wait.

    :arg connection: credentials.Connection. :arg clock: stands in for the module `time`.
    :arg jitter: stands in for random.uniform. :arg connections: how many requests may be under way at the same time.
    :arg observe: called with the Received of every attempt that got a whole response; or None.
    """

    def __init__(self, connection, clock=time, jitter=random.uniform, connections=1, observe=None):
        self._connection = connection
        self._clock = clock
        self._jitter = jitter
        self._observe = observe
        self._clock_offset = 0.0  # seconds that the server's clock is ahead of ours
        self._secrets = {connection.secret_access_key, connection.access_key_id, connection.security_token} - {None}
        self._account = tuple(self._secrets)
        self._secrets |= transport.proxy_secrets()
        self._hidden_words = None
        self._shown_words = set()
        self._stopped = False
        self._host = urlsplit(connection.endpoint).netloc
        self._slots = _Slots(connections)
        self._not_before = 0.0  # moment of clock.monotonic() until which the API asks everybody to wait
        self._session = requests.Session()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, transport.Adapter(pool_maxsize=connections))
        verify = (connection.ca_path or True) if connection.validate_certs else False
        if not connection.validate_certs:
            # The user has chosen it; a warning for every request would only bury the task's own output.
            disable_warnings(InsecureRequestWarning)
        if connection.loopback:
            self._send_options = {"proxies": {}, "verify": verify, "cert": None}
        else:
            self._send_options = self._session.merge_environment_settings(connection.endpoint, {}, True, verify, None)
        self._send_options["stream"] = True
        self._proxy = transport.proxy_for(connection.endpoint, self._send_options["proxies"])

    def remember_secret(self, secret):
        """From now on no error text of this client shows this Secret."""
        self._secrets.add(secret)

    def hide_words(self, pattern, is_secret):
        """From now on no foreign text shows a match of the compiled pattern for which is_secret(str) is true.

        It may be a secret that this run has not met, such as the key of another tunnel.
        """
        self._hidden_words = pattern, lambda word: is_secret(word) and word not in self._shown_words

    def show_word(self, word):
        """This word is known to be none of those that hide_words() is about."""
        self._shown_words.add(word)

    def stop(self):
        """From another thread: try nothing again."""
        self._stopped = True

    def request(
        self,
        method,
        path,
        query=None,
        body=None,
        operation="send the request",
        deadline=None,
        resend_unknown=True,
        expects=None,
    ):
        """Send one request, again where RETRIES allows it, and return its Answer.

        :arg path: decoded, absolute. :arg query: dict of decoded names and values. :arg body: dict, sent as JSON.
        :arg doing: what the request is to do, for error texts: "create the tunnel".
        :arg deadline: moment of clock.monotonic() past which nothing is tried again, beside retry_timeout's own.
        :arg resend_unknown: False to send nothing again after an attempt whose outcome is unknown. It is for creations:
            where the API does not honour the clientToken, a second request would create a second object.
        :arg expects: the name under which a successful response has its content, such as "vpnConns"; None where it has
            no content. A response without this content that has a `code` is an error, whatever its status is.
        :raises BceError: with maybe_applied set if any of the attempts may have been applied.
        """
        if self._proxy and self._proxy.problem:
            raise TransportError("Cannot %s: %s" % (operation, self._proxy.problem), "InvalidProxy")
        query = query or {}
        verb = "POST with token" if method == "POST" and query.get("clientToken") else method
        column = VERBS.index(verb)
        budget = _Budget(self._clock, self._connection.retry_timeout, deadline)
        maybe_applied = False
        seen = {}
        tries = 0
        while True:
            try:
                return self._try_once(method, path, query, body, operation, budget, expects)
            except _Failure as failure:
                outcome, error, wait, unknown = failure.outcome, failure.error, failure.retry_after, failure.unknown
            maybe_applied = maybe_applied or (unknown and method != "GET")
            error.maybe_applied = maybe_applied
            tries += 1
            seen[outcome] = seen.get(outcome, 0) + 1
            allowed = RETRIES.get(outcome, (NEVER,) * 5)[column]
            error.retryable = (allowed != NEVER or outcome == "conflict") and outcome != "RequestExpired"
            if seen[outcome] > allowed or self._stopped or (unknown and not resend_unknown):
                raise error
            pause = max(wait, self._jitter(0, min(BACKOFF_CAP, BACKOFF_BASE * 2 ** min(tries, 30))))
            if outcome in ("busy", "conflict"):
                # What the object is busy with takes seconds at least.
                pause = max(pause, BACKOFF_CAP / 2)
            if not budget.allows(pause + SHORTEST_TRY):
                raise error
            if outcome == "throttled":
                self._not_before = max(self._not_before, self._clock.monotonic() + pause)
            self._sleep(pause)
            budget.spend(pause)

    def _sleep(self, seconds):
        """Sleep, but for a long time in pieces, so that stop() is not slept through."""
        while not self._stopped:
            self._clock.sleep(min(seconds, BACKOFF_CAP))
            seconds -= BACKOFF_CAP
            if seconds <= 0:
                return

    def _try_once(self, method, path, query, body, operation, budget, expects):
        """One try, signed afresh; raises _Failure."""
        with self._slots:
            self._let_pass()
            begin = self._clock.monotonic()
            try:
                response, content = self._exchange(self._signed(method, path, query, body), operation, budget.left())
            finally:
                budget.spend(self._clock.monotonic() - begin)
        return self._interpret(response, content, operation, method, expects)

    def _let_pass(self):
        """Wait as long as any thread was asked to: throttling slows all of them together."""
        pause = self._not_before - self._clock.monotonic()
        while pause > 0 and not self._stopped:
            # Not all of them at the same instant.
            self._clock.sleep(pause + self._jitter(0, min(1.0, pause / 4)))
            pause = self._not_before - self._clock.monotonic()

    def _exchange(self, prepared, operation, left):
        """Send a prepared request in at most left seconds; the response and its whole body."""
        # With retry_timeout 0 there is a first try all the same.
        timeout = min(self._connection.timeout, left) if left > 0 else self._connection.timeout
        with transport.attempt(timeout) as attempt:
            try:
                # Not Session.send: it reads and parses redirects even where they are not followed.
                adapter = self._session.get_adapter(prepared.url)
                response = adapter.send(prepared, timeout=(timeout, timeout), **self._send_options)
                try:
                    content = self._read(response)
                finally:
                    response.close()
                if self._observe:
                    server_time = _http_date(response.headers.get("Date"))
                    interim = tuple(attempt.interim)
                    self._observe(Received(response.status_code, response.headers, content, server_time, interim))
                return response, content
            except (requests.RequestException, HTTPError, OSError, ValueError) as exc:
                outcome, text = _transport_outcome(exc, timeout, attempt.sent, self._proxy)
        target = "%s %s" % (prepared.method, self._connection.endpoint)
        message = "Cannot %s: %s (%s)" % (operation, self._foreign(text), target)
        if outcome == "not sendable" and self._proxy:
            raise _Failure(outcome, TransportError(message, "InvalidProxy"))
        raise _Failure(outcome, TransportError(message, "ConnectionFailed"))

    def _signed(self, method, path, query, body):
        connection = self._connection
        timestamp = int(self._clock.time() + self._clock_offset)
        headers = {"Host": self._host, "x-bce-date": auth.timestamp_text(timestamp)}
        if connection.security_token:
            headers["x-bce-security-token"] = connection.security_token.reveal()
        headers["Authorization"] = auth.authorization(
            connection.access_key_id.reveal(),
            connection.secret_access_key.reveal(),
            method,
            path,
            query,
            headers,
            timestamp,
            signed_headers=[name.lower() for name in headers],
        )
        headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "identity"})
        content = None
        if body is not None:
            content = json.dumps(body, separators=(",", ":")).encode("ascii")
            headers["Content-Type"] = "application/json;charset=utf-8"
        wire_query = auth.canonical_query(query)
        url = connection.endpoint + auth.canonical_uri(path) + ("?" + wire_query if wire_query else "")
        # Not Session.prepare_request: it would let a ~/.netrc replace the Authorization header.
        return requests.Request(method, url, headers=headers, data=content).prepare()

    def _read(self, response):
        """The whole body; raises as requests does when it is cut off, too slow or too long."""
        read_some = getattr(response.raw, "read1", None) or response.raw.read
        parts, length = [], 0
        while True:
            part = read_some(65536, decode_content=True)
            if not part:
                break
            parts.append(part)
            length += len(part)
            if length > LARGEST_ANSWER:
                raise _TooLong("the answer is longer than %d bytes" % LARGEST_ANSWER)
        declared = response.headers.get("Content-Length", "")
        is_number = re.fullmatch("[0-9]{1,18}", declared)
        if is_number and "Content-Encoding" not in response.headers and length < int(declared):
            raise requests.exceptions.ChunkedEncodingError("the answer ended early")
        return b"".join(parts)

    def _interpret(self, response, content, operation, method, expects):
        """The Answer of a 2xx with a JSON object or nothing in it; raises _Failure for all else."""
        status = response.status_code
        try:
            text = content.decode("utf-8-sig").strip()
            body = json.loads(text) if text else {}
        except (ValueError, RecursionError):
            text, body = None, None
        is_object = isinstance(body, dict)
        request_id = response.headers.get("x-bce-request-id") or (body.get("requestId") if is_object else None)
        request_id = self._word(request_id)
        is_success = 200 <= status < 300
        if is_success and not is_object:
            message = "Cannot %s: the answer of %s is not a JSON object but %s; check endpoint and proxy" % (
                operation,
                self._connection.endpoint,
                self._quoted(content),
            )
            raise _Failure("not JSON", InvalidResponseError(message, "BadAnswer", status, request_id))
        if is_success and not _is_error(body, expects):
            return Response(status, body, request_id, _http_date(response.headers.get("Date")), not text)

        code = self._word(body.get("code")) if is_object else None
        code = code or (self._word(_error_code(body)) if is_success else None)
        # A page that is not JSON comes from a proxy, of which such a code would say something wrong.
        code = code or (CODE_OF_STATUS.get(status) if is_object else None) or "Http%d" % status
        text = _error_message(body) if is_object else None
        text = self._foreign(text) if isinstance(text, str) and text else self._quoted(content)
        if 300 <= status < 400:
            text = "the answer is a redirect, which is not followed; give the right endpoint"
        details = "%s, HTTP %d%s" % (code, status, ", request id %s" % request_id if request_id else "")
        message = "Cannot %s: %s (%s)" % (operation, text, details)
        error_class = error_class_for(code, status)
        advice = ADVICE.get(code, error_class.remedy)
        error = error_class("%s; %s" % (message, advice) if advice else message, code, status, request_id)
        outcome = _outcome(error)
        if outcome == "RequestExpired":
            self._learn_clock(response.headers.get("Date"))
        # Of a creation, a successful status without an id says neither yes nor no.
        unknown = is_success and method == "POST"
        raise _Failure(outcome, error, self._retry_after(response.headers.get("Retry-After")), unknown)

    def _learn_clock(self, date):
        moment = _http_date(date)
        if moment is not None:
            self._clock_offset = moment - self._clock.time()

    def _retry_after(self, value):
        """Seconds that the server asks to wait: a number or an HTTP date (RFC 9110, 10.2.3); 0 if it asks nothing."""
        if not value:
            return 0.0
        if re.fullmatch("[0-9]+", value):
            return float(value[:15])
        moment = _http_date(value)
        return max(0.0, moment - self._clock.time() - self._clock_offset) if moment is not None else 0.0

    def _foreign(self, text):
        """A text that is not ours, fit for a message: without secrets, on one line and cut to length."""
        whole = len(text) <= LOOKED_AT
        # A copy, as other threads may learn secrets meanwhile.
        text = redact(text[:LOOKED_AT], tuple(self._secrets))
        if self._hidden_words:
            pattern, is_secret = self._hidden_words
            text = pattern.sub(lambda word: MASK if is_secret(word.group()) else word.group(), text)
        # Half a secret at the cut would not be recognised.
        return _shortened(text if whole else text[:-LONGEST_SECRET])

    def _word(self, value):
        """A code or an id as the API writes them, or None for anything else."""
        if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", value):
            return None
        pattern, is_secret = self._hidden_words or (None, None)
        is_key = pattern and pattern.fullmatch(value) and is_secret(value)
        return None if is_key or redact(value, self._account) != value else value

    def _quoted(self, content):
        return repr(self._foreign(content[: LOOKED_AT + 1].decode("utf-8", "replace"))) if content.strip() else "empty"


class _Budget:
    """The seconds that all tries of a request may take together; waiting for a slot is not counted.

    :arg deadline: moment of clock.monotonic() that ends it anyway, or None.
    """

    def __init__(self, clock, seconds, deadline):
        self._clock = clock
        self._seconds = seconds
        self._deadline = deadline

    def left(self):
        """Seconds that are left."""
        if self._deadline is None:
            return self._seconds
        return min(self._seconds, self._deadline - self._clock.monotonic())

    def allows(self, seconds):
        """True if that many seconds are left, and more."""
        return seconds < self.left()

    def spend(self, seconds):
        """Take off what was used."""
        self._seconds -= seconds


class _Slots:
    """A semaphore that serves threads in the order in which they came: Python's own lets one thread go on for ever.

    With it all lanes of a bulk task get on alike, and none is left over to end alone.
    """

    def __init__(self, free):
        self._free = free
        self._lock = threading.Lock()
        self._waiting = deque()

    def __enter__(self):
        with self._lock:
            if self._free:
                self._free -= 1
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        gate.acquire()  # until __exit__ of another thread hands its slot over

    def __exit__(self, *_exception):
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class _TooLong(OSError):
    """The answer is longer than anything that we would read."""


class _Failure(Exception):
    """One try that failed.

    :ivar outcome: a key of RETRIES, or a status. :ivar error: what it ends in. :ivar retry_after: seconds to wait.
    :ivar unknown: whether nobody knows if the request was carried out.
    """

    def __init__(self, outcome, error, retry_after=0.0, unknown=False):
        super().__init__(outcome)
        self.outcome = outcome
        self.error = error
        self.retry_after = retry_after
        self.unknown = unknown or outcome in AMBIGUOUS


def _is_error(body, expects):
    """Return whether the body of a response with a 2xx status says that the request failed."""
    success = body.get("success")
    if success is not None and str(success).strip().lower() in ("false", "0", "no"):
        return True
    # Next to content, it is a field of the object that is called so.
    return _error_code(body) is not None and not (expects and body.get(expects))


def _error_code(body):
    """Return the code of an error in a body, a text, or None: of `code`, `errorCode`, or `error` and what is in it."""
    inner = body.get("error")
    inner = inner.get("code", inner.get("message")) if isinstance(inner, dict) else inner
    for code in (body.get("code"), body.get("errorCode"), inner):
        if isinstance(code, bool) or not isinstance(code, (str, int)):
            continue
        text = str(code).strip()
        if text and text.lower() not in SUCCESS_CODES:
            return text
    return None


def _error_message(body):
    """Return the message of an error in a body, or None."""
    inner = body.get("error")
    return body.get("message") or (inner.get("message") if isinstance(inner, dict) else None)


def _outcome(error):
    """Return the key of RETRIES for an error of the API, or a status."""
    if error.code == "RequestExpired":
        return "RequestExpired"
    if isinstance(error, RateLimitedError):
        return "throttled"
    if error.http_status in GAVE_UP:
        return "cut off"
    if error.http_status in NOT_SUPPORTED:
        return error.http_status
    if error.http_status >= 500:
        # A proxy's own, such as 520 to 527: what became of the request is as unknown as after a 502.
        return error.http_status if error.http_status in RETRIES else 502
    if isinstance(error, ServerError):
        return 500
    if isinstance(error, BusyError):
        # Without the status, the class says whether the code alone means it.
        return "busy" if error_class_for(error.code, 0) is BusyError else "conflict"
    return error.http_status


def _transport_outcome(exc, timeout, sent, proxy):
    """The outcome (a key of RETRIES), and a plain text of a request that got no whole answer in timeout seconds.

    :arg sent: whether any of the request may have left. :arg proxy: the transport.Proxy in use, or None.
    """
    reason = getattr(exc.args[0], "reason", None) if exc.args else None
    cause = _innermost(exc)
    if isinstance(exc, _TooLong):
        return "too long", str(exc)
    # The second are the words of urllib3 1.26 for another name.
    if "CERTIFICATE_VERIFY_FAILED" in str(exc) or "doesn't match" in str(exc):
        text = "the server's certificate cannot be verified; give ca_path, or set validate_certs: false"
        return "not trusted", text
    if isinstance(exc, requests.exceptions.SSLError) and "EOF" not in str(exc):
        text = "no TLS connection, check the endpoint's scheme and port: %s" % _root_cause(exc)
        return "not trusted", text
    if isinstance(exc, ValueError) and not sent:
        # A URL that cannot be used, which the exception would quote.
        if proxy:
            return "not sendable", transport.INVALID_PROXY % proxy.variable
        return "not sendable", "the request cannot be sent; check endpoint (%s)" % type(exc).__name__
    if isinstance(reason, NewConnectionError):
        if isinstance(cause, socket.gaierror):
            return "name not resolved", "the host's name cannot be resolved; check region and endpoint"
        return "not connected", "no connection: %s" % _root_cause(reason)
    if isinstance(exc, requests.exceptions.ConnectTimeout):
        return "not connected", "no connection within %.3g s" % timeout
    if isinstance(exc, requests.exceptions.ProxyError):
        return "not connected", "the proxy of the environment cannot be used: %s" % _root_cause(exc)
    is_late = isinstance(exc, (requests.exceptions.Timeout, TimeoutError)) or isinstance(cause, socket.timeout)
    if not sent:
        text = "no connection within %.3g s" % timeout if is_late else "no connection: %s" % _root_cause(exc)
        return "not connected", text
    if is_late:
        return "cut off", "no whole answer within %.3g s" % timeout
    # A ValueError quotes what it has read.
    text = type(exc).__name__ if isinstance(exc, ValueError) else _root_cause(exc)
    return "cut off", "the connection broke before the whole answer came: %s" % text


def _innermost(exc):
    """The exception that caused the others of a nested one."""
    for _depth in range(10):
        inner = exc.__cause__ or exc.__context__ or next((arg for arg in exc.args if isinstance(arg, Exception)), None)
        inner = getattr(exc, "reason", None) or inner
        if not isinstance(inner, Exception):
            break
        exc = inner
    return exc


def _root_cause(exc):
    """The shortest true words for a nested exception: those of the innermost operating-system error."""
    cause = _innermost(exc)
    return _shortened(getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)


def _http_date(value):
    """Seconds since the epoch of an HTTP date, or None if it is none."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _shortened(text):
    text = " ".join(text.split())
    text = text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE] + "…"
    return "".join(sign if sign.isprintable() else "?" for sign in text)
