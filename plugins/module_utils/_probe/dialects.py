# Copyright (c) 2026, the baiducloud.network contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dialects that the probe recognises, and what each means for the user. Pure.

A dialect is a way in which the real API may differ from the one that the collection assumes. Each is recognised by
one observed value.
"""

from __future__ import annotations

from typing import NamedTuple

from .facts import READ, WRITE, Facts

# What a dialect means for the user, the worst first.
STOP, PURGE, LIMIT, NONE = "stop", "purge", "limit", "none"

NAMES = "Names are not shown as they were written: identify tunnels by vpn_conn_id. Purge is refused."
NEW_NAMES = "New tunnels have no name at first: a creation waits for it, and fails if it takes too long. Run it again."
DESCRIPTIONS = "Descriptions are shown differently: write them as the cloud shows them, or leave the option out."
KEYS = "Keys are not shown in clear: a changed key may not be noticed, or a tunnel may be updated by every run."
SUB_FIELDS = "Some settings are not shown: a change of them is not noticed. Provide all of them in each task."
INCOMPLETE = "The list of tunnels cannot be read completely: tasks for this gateway fail. Ask the cloud's support."
OTHER_LIST = "The list of a gateway shows tunnels of others: tasks for it fail. Ask the cloud's support."
OTHER_VPC = "The list of a VPC's gateways shows others too: tasks that search by VPC fail. Ask the cloud's support."
LATE = "Lists lag behind: a task may fail although its write was applied. Wait a minute and run it again."
BUSY = "Writes are refused for a moment after others: tasks wait and repeat them, which takes longer."
STATUS = "The status says nothing that is known: do not use wait_for and do not select by status."
CREATION = "A creation does not return its result: a task finds the new tunnel in the list, or fails. Run it again."
WRONG_ID = "A creation does not return the id of the new tunnel: do not create tunnels. Ask the cloud's support."
FAILED_CREATION = "New tunnels do not become usable: look at the gateway in the console before you create tunnels."
UPDATES = "Updates do not take effect: tasks fail, or report a change that was not made. Change tunnels in the console."
DELETIONS = "Deletions do not take effect: tasks fail, or report one that was not made. Delete tunnels in the console."
ERRORS_200 = "Some requests fail with a successful status: tasks report the error. Run them again."
SLOW_DELETION = "Deleted tunnels stay listed for a while: wait until they are gone before you create them again."
TOKENS = "Creations are not protected by tokens as documented: do not run two tasks for one tunnel at the same time."
THROTTLED = "Requests were refused as too many: use fewer forks; tasks wait and repeat them."
CUSTOMER_GATEWAYS = "Customer gateways are not shown as they were written: identify them by cgw_id."
NEW_CUSTOMER_GATEWAYS = "New customer gateways are not shown at once: if a task fails, wait a minute and run it again."
CLOCK = "The clocks differ by more than 15 minutes: correct that of the machine that runs the tasks."
CLEARING = "An update without a description changes it, or an empty one does not: provide the description in each task."


class Dialect(NamedTuple):
    """One row of the table.

    :ivar name: None for an observed value that has a consequence but is not a known dialect.
    :ivar question: the key of the question whose observed value shows it.
    :ivar value: that value.
    :ivar needs: READ, or WRITE if only an own tunnel shows it.
    :ivar effect: STOP (do not write), PURGE (do not purge), LIMIT (something is limited) or NONE (no consequence).
    :ivar advice: what to do, None for NONE.
    """

    name: str | None
    question: str
    value: str
    needs: str = READ
    effect: str = NONE
    advice: str | None = None

    def fits(self, facts: Facts) -> bool:
        """Return whether the observed values fit this dialect."""
        return facts.value(self.question) == self.value


DIALECTS = (
    # --- how lists and details show a tunnel ---
    Dialect("tunnel-name-upper", "names", "in another case", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-trimmed", "names", "trimmed", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-cut", "names", "cut", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-ellipsis", "names", "cut, with ...", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-percent", "names", "escaped as %XX", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-entities", "names", "escaped as &#N;", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-missing", "names", "missing", READ, PURGE, NAMES),
    Dialect("tunnel-name-null", "names", "null", READ, PURGE, NAMES),
    Dialect("tunnel-name-empty", "names", "empty", READ, PURGE, NAMES),
    Dialect("tunnel-name-late", "names", "missing for a moment", WRITE, LIMIT, NEW_NAMES),
    Dialect("tunnel-name-very-late", "names", "missing for seconds", WRITE, LIMIT, NEW_NAMES),
    Dialect("tunnel-name-id", "names", "the id in its place", READ, PURGE, NAMES),
    Dialect("tunnel-name-unrelated", "names", "unrelated", WRITE, PURGE, NAMES),
    Dialect("tunnel-name-missing-once", "names", "missing of some", READ, PURGE, NAMES),
    Dialect("description-missing", "descriptions", "missing", READ, LIMIT, DESCRIPTIONS),
    Dialect("description-null", "empty_description", "null", READ),
    Dialect("description-trimmed", "descriptions", "trimmed", WRITE, LIMIT, DESCRIPTIONS),
    Dialect("description-cut", "descriptions", "cut", WRITE, LIMIT, DESCRIPTIONS),
    Dialect("description-entities", "descriptions", "escaped as &#N;", WRITE, LIMIT, DESCRIPTIONS),
    Dialect("subnets-netmask", "subnet_form", "ADDRESS/NETMASK", READ),
    Dialect("host-bits-kept", "host_bits", "kept", WRITE),
    Dialect("host-bits-cleared", "host_bits", "cleared", WRITE),
    Dialect("subnets-sorted", "subnet_order", "sorted", WRITE),
    Dialect("subnets-reordered", "subnet_order", "changing", WRITE),
    Dialect("life-time-int", "life_times", "number", READ),
    Dialect("life-time-digits", "life_times", "text of digits", READ),
    Dialect("life-time-missing", "life_times", "missing", READ, LIMIT, SUB_FIELDS),
    Dialect("sub-fields-required", "optional_sub_fields", "refused", WRITE),
    Dialect("sub-fields-not-filled", "optional_sub_fields", "leaves them out", WRITE),
    Dialect("sub-fields-kept", "optional_sub_fields", "keeps them", WRITE),
    Dialect("sub-fields-dropped", "sub_fields", "not ikeMode and ipsecPfs", READ, LIMIT, SUB_FIELDS),
    Dialect("configs-dropped", "sub_fields", "none", READ, LIMIT, SUB_FIELDS),
    Dialect("keys-masked", "keys", "masked", READ, LIMIT, KEYS),
    Dialect("keys-masked-partly", "keys", "masked partly", WRITE, LIMIT, KEYS),
    Dialect("keys-hashed", "keys", "hashed", READ, LIMIT, KEYS),
    Dialect("keys-missing", "keys", "missing", READ, LIMIT, KEYS),
    Dialect("created-time-missing", "created_time", "missing", READ),
    Dialect("created-time-utc", "time_zone", "UTC", WRITE),
    Dialect("created-time-iso", "created_time", "ISO 8601", READ),
    # --- which tunnels a list shows ---
    Dialect("list-other-gateway", "list_scope", "those of another gateway", READ, STOP, OTHER_LIST),
    Dialect("list-other-gateway-unnamed", "list_scope", "others, without vpnId", WRITE, STOP, OTHER_LIST),
    Dialect("list-all-gateways", "list_scope", "those of several gateways", READ, STOP, OTHER_LIST),
    Dialect("list-without-vpn-id", "list_scope", "entries without vpnId", READ),
    Dialect("list-pages", "list_pages", "several pages", READ),
    Dialect("list-pages-endless", "list_pages", "pages without an end", READ, STOP, INCOMPLETE),
    Dialect("list-truncated", "list_pages", "ends early", READ, STOP, INCOMPLETE),
    Dialect("list-newest-first", "list_order", "newest first", READ),
    Dialect("list-repeats", "list_repeats", "alike", READ),
    Dialect("list-repeats-differently", "list_repeats", "differently", READ, STOP, INCOMPLETE),
    Dialect("list-late", "list_delay", "later", WRITE, LIMIT, LATE),
    Dialect("list-flickers", "list_delay", "sometimes later", WRITE, LIMIT, LATE),
    Dialect("put-denied-while-stale", "list_delay", "later, and writes are refused until then", WRITE, LIMIT, LATE),
    Dialect("list-error-in-200", "list_errors", "sometimes", READ, LIMIT, ERRORS_200),
    # --- the course of writes ---
    Dialect("create-asynchronous", "create_course", "usable later", WRITE),
    Dialect("create-fails", "create_course", "fails later", WRITE, STOP, FAILED_CREATION),
    Dialect("create-rolled-back", "create_course", "gone later", WRITE, STOP, FAILED_CREATION),
    Dialect("status-unknown", "status_words", "unknown words", READ, LIMIT, STATUS),
    Dialect("status-missing", "status_words", "missing", READ, LIMIT, STATUS),
    Dialect("update-asynchronous", "update_course", "usable later", WRITE),
    Dialect("delete-asynchronous", "delete_course", "gone later", WRITE),
    Dialect("delete-slow", "delete_course", "gone much later", WRITE, LIMIT, SLOW_DELETION),
    Dialect("delete-stays-listed", "delete_course", "listed as deleted", WRITE, LIMIT, SLOW_DELETION),
    # --- results of writes ---
    Dialect("post-foreign-id", "create_result", "another id", WRITE, STOP, WRONG_ID),
    Dialect("post-without-id", "create_result", "no id", WRITE, LIMIT, CREATION),
    Dialect("post-empty", "create_result", "an empty body", WRITE, LIMIT, CREATION),
    Dialect("post-error-in-200", "create_result", "200 with an error", WRITE, LIMIT, CREATION),
    Dialect("post-error-in-200-done", "create_result", "200 with an error, applied", WRITE, LIMIT, CREATION),
    Dialect("put-error-in-200", "update_result", "200 with an error", WRITE, STOP, UPDATES),
    Dialect("put-error-in-200-done", "update_result", "200 with an error, applied", WRITE, LIMIT, ERRORS_200),
    Dialect("put-without-effect", "update_result", "success without effect", WRITE, STOP, UPDATES),
    Dialect("delete-error-in-200", "delete_result", "200 with an error", WRITE, PURGE, DELETIONS),
    Dialect("delete-error-in-200-done", "delete_result", "200 with an error, applied", WRITE, LIMIT, ERRORS_200),
    Dialect("delete-without-effect", "delete_result", "success without effect", WRITE, PURGE, DELETIONS),
    # --- rules of writes ---
    Dialect("description-cleared", "no_description", "clears it", WRITE, LIMIT, CLEARING),
    Dialect("description-not-clearable", "clear_description", "keeps it", WRITE, LIMIT, CLEARING),
    Dialect("name-exists-400", "duplicate_name", "refused with 400", WRITE),
    Dialect("name-exists-409", "duplicate_name", "refused with 409", WRITE),
    Dialect("building-refuses", "busy", "after a creation", WRITE, LIMIT, BUSY),
    Dialect("unfinished-refuses", "busy", "after any write to the tunnel", WRITE, LIMIT, BUSY),
    Dialect("gateway-busy", "busy", "after any write to the gateway", WRITE, LIMIT, BUSY),
    # --- client tokens ---
    Dialect("token-ignored", "token_repeated", "creates another", WRITE, LIMIT, TOKENS),
    Dialect("token-forgotten-with-object", "token_after_deletion", "creates another", WRITE),
    Dialect("token-any-parameters", "token_other_body", "returns the first result", WRITE, LIMIT, TOKENS),
    Dialect("token-repeat-refused", "token_repeated", "refused", WRITE, LIMIT, TOKENS),
    Dialect("token-create-only", "token_on_update", "applied", WRITE),
    # --- absent objects ---
    Dialect("no-such-object-400", "absent_status", "400", READ),
    Dialect("gone-other-code", "absent_tunnel", "an error of absence, another code", WRITE),
    Dialect("gone-200", "absent_tunnel", "success", WRITE),
    Dialect("absent-empty", "absent_gateway", "an empty body", READ),
    Dialect("absent-gateway-empty-list", "absent_list", "an empty list", READ),
    # --- errors ---
    Dialect("throttled-400", "throttling", "400", READ, LIMIT, THROTTLED),
    Dialect("throttled-403", "throttling", "403", READ, LIMIT, THROTTLED),
    Dialect("throttled-429", "throttling", "429", READ, LIMIT, THROTTLED),
    Dialect("error-without-code", "error_bodies", "no code", READ),
    Dialect("error-empty", "error_bodies", "nothing", READ),
    # --- HTTP and JSON ---
    Dialect("extra-fields", "extra_fields", "some", READ),
    Dialect("byte-order-mark", "byte_order_mark", "yes", READ),
    Dialect("early-hints", "early_hints", "yes", READ),
    Dialect("clock-ahead", "clock", "ahead", READ, LIMIT, CLOCK),
    Dialect("clock-behind", "clock", "behind", READ, LIMIT, CLOCK),
    # --- gateways and customer gateways ---
    Dialect("gateways-other-vpc", "gateway_list", "those of another VPC", READ, STOP, OTHER_VPC),
    Dialect("gateways-all-vpcs", "gateway_list", "those of several VPCs", READ, STOP, OTHER_VPC),
    Dialect("gateway-type-gre", "gateway_type", "another", READ),
    Dialect(
        "customer-gateway-name-upper", "customer_gateway_names", "in another case", WRITE, LIMIT, CUSTOMER_GATEWAYS
    ),
    Dialect("customer-gateway-name-trimmed", "customer_gateway_names", "trimmed", WRITE, LIMIT, CUSTOMER_GATEWAYS),
    Dialect("customer-gateway-name-cut", "customer_gateway_names", "cut", WRITE, LIMIT, CUSTOMER_GATEWAYS),
    Dialect("customer-gateway-name-missing", "customer_gateway_names", "missing", WRITE, LIMIT, CUSTOMER_GATEWAYS),
    Dialect(
        "customer-gateway-name-late",
        "customer_gateway_names",
        "missing for a moment",
        WRITE,
        LIMIT,
        NEW_CUSTOMER_GATEWAYS,
    ),
    Dialect("customer-gateway-list-late", "customer_gateway_delay", "later", WRITE, LIMIT, NEW_CUSTOMER_GATEWAYS),
    Dialect(
        "customer-gateway-stale",
        "customer_gateway_delay",
        "later, and not found by its id until then",
        WRITE,
        LIMIT,
        NEW_CUSTOMER_GATEWAYS,
    ),
)


# Observed values that are not those of a dialect, but have a consequence.
OTHERS = (
    Dialect(None, "list_scope", "not those of the gateway's detail", READ, STOP, OTHER_LIST),
    Dialect(None, "keys", "of some", READ, LIMIT, KEYS),
    Dialect(None, "sub_fields", "not all", READ, LIMIT, SUB_FIELDS),
    Dialect(None, "descriptions", "unrelated", WRITE, LIMIT, DESCRIPTIONS),
    Dialect(None, "descriptions", "in another case", WRITE, LIMIT, DESCRIPTIONS),
    Dialect(None, "create_result", "the id of an older tunnel", WRITE, STOP, WRONG_ID),
    Dialect(None, "create_result", "an id that is not listed", WRITE, STOP, WRONG_ID),
    Dialect(None, "update_result", "refused", WRITE, STOP, UPDATES),
    Dialect(None, "delete_result", "refused", WRITE, PURGE, DELETIONS),
    Dialect(None, "token_repeated", "returns another result", WRITE, LIMIT, TOKENS),
    Dialect(None, "token_other_body", "returns another result", WRITE, LIMIT, TOKENS),
    Dialect(None, "customer_gateway_names", "unrelated", WRITE, LIMIT, CUSTOMER_GATEWAYS),
)


def fitting(facts: Facts) -> list[Dialect]:
    """Return the rows that the observed values fit, a list in the order of the tables."""
    return [row for row in DIALECTS + OTHERS if row.fits(facts)]
