# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dialects that the probe recognises, and what each means for the user. Pure.

A dialect is a way in which the real API may differ from the one that the collection assumes. Each is recognised by
one observed value.
"""

from __future__ import annotations

from typing import NamedTuple

from .facts import READ, WRITE

# What a dialect means for the user, the worst first.
STOP, PURGE, LIMIT, NONE = "stop", "purge", "limit", "none"

NAMES = "Names are not shown as they were written: identify tunnels by vpn_conn_id. Purge is refused."
NEW_NAMES = "New tunnels have no name at first: a creation waits for it, and fails if it takes too long. Run it again."
DESCRIPTIONS = "Descriptions are shown differently: write them as the cloud shows them, or leave the option out."
KEYS = "Keys are not shown in clear: a changed key may not be noticed, or a tunnel may be updated by every run."
SUB_FIELDS = "Some settings are not shown: a change of them is not noticed. Provide all of them in each task."
INCOMPLETE = "The list of tunnels cannot be read completely: tasks for this gateway fail. Ask the cloud's support."
OTHER_LIST = "The list of a gateway shows tunnels of others: tasks for it fail. Ask the cloud's support."
OTHER_VPC = "The list of a VPC's gateways is another VPC's: tasks that search by VPC fail. Ask the cloud's support."
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
    :ivar needs: READ, or WRITE if only an own tunnel shows it.
    :ivar question: the key of the question whose observed value shows it.
    :ivar value: that value.
    :ivar effect: STOP (do not write), PURGE (do not purge), LIMIT (something is limited) or NONE (no consequence).
    :ivar advice: what to do, None for NONE.
    """

    name: str
    needs: str
    question: str
    value: str
    effect: str = NONE
    advice: str = None

    def fits(self, facts):
        """Return whether the observed values, a probe_facts.Facts, fit this dialect."""
        return facts.value(self.question) == self.value


DIALECTS = (
    # --- how lists and details show a tunnel ---
    Dialect("tunnel-name-upper", WRITE, "names", "in another case", PURGE, NAMES),
    Dialect("tunnel-name-trimmed", WRITE, "names", "trimmed", PURGE, NAMES),
    Dialect("tunnel-name-cut", WRITE, "names", "cut", PURGE, NAMES),
    Dialect("tunnel-name-ellipsis", WRITE, "names", "cut, with ...", PURGE, NAMES),
    Dialect("tunnel-name-percent", WRITE, "names", "escaped as %XX", PURGE, NAMES),
    Dialect("tunnel-name-entities", WRITE, "names", "escaped as &#N;", PURGE, NAMES),
    Dialect("tunnel-name-missing", READ, "names", "missing", PURGE, NAMES),
    Dialect("tunnel-name-null", READ, "names", "null", PURGE, NAMES),
    Dialect("tunnel-name-empty", READ, "names", "empty", PURGE, NAMES),
    Dialect("tunnel-name-late", WRITE, "names", "missing for a moment", LIMIT, NEW_NAMES),
    Dialect("tunnel-name-very-late", WRITE, "names", "missing for seconds", LIMIT, NEW_NAMES),
    Dialect("tunnel-name-id", READ, "names", "the id in its place", PURGE, NAMES),
    Dialect("tunnel-name-unrelated", WRITE, "names", "unrelated", PURGE, NAMES),
    Dialect("tunnel-name-missing-once", READ, "names", "missing of some", PURGE, NAMES),
    Dialect("description-missing", READ, "descriptions", "missing", LIMIT, DESCRIPTIONS),
    Dialect("description-null", READ, "empty_description", "null"),
    Dialect("description-trimmed", WRITE, "descriptions", "trimmed", LIMIT, DESCRIPTIONS),
    Dialect("description-cut", WRITE, "descriptions", "cut", LIMIT, DESCRIPTIONS),
    Dialect("description-entities", WRITE, "descriptions", "escaped as &#N;", LIMIT, DESCRIPTIONS),
    Dialect("subnets-netmask", READ, "subnet_form", "ADDRESS/NETMASK"),
    Dialect("host-bits-kept", WRITE, "host_bits", "kept"),
    Dialect("host-bits-cleared", WRITE, "host_bits", "cleared"),
    Dialect("subnets-sorted", WRITE, "subnet_order", "sorted"),
    Dialect("subnets-reordered", WRITE, "subnet_order", "changing"),
    Dialect("life-time-int", READ, "life_times", "number"),
    Dialect("life-time-digits", READ, "life_times", "text of digits"),
    Dialect("life-time-missing", READ, "life_times", "missing", LIMIT, SUB_FIELDS),
    Dialect("sub-fields-required", WRITE, "optional_sub_fields", "refused"),
    Dialect("sub-fields-not-filled", WRITE, "optional_sub_fields", "leaves them out"),
    Dialect("sub-fields-kept", WRITE, "optional_sub_fields", "keeps them"),
    Dialect("sub-fields-dropped", READ, "sub_fields", "not ikeMode and ipsecPfs", LIMIT, SUB_FIELDS),
    Dialect("configs-dropped", READ, "sub_fields", "none", LIMIT, SUB_FIELDS),
    Dialect("keys-masked", READ, "keys", "masked", LIMIT, KEYS),
    Dialect("keys-masked-partly", WRITE, "keys", "masked partly", LIMIT, KEYS),
    Dialect("keys-hashed", READ, "keys", "hashed", LIMIT, KEYS),
    Dialect("keys-missing", READ, "keys", "missing", LIMIT, KEYS),
    Dialect("created-time-missing", READ, "created_time", "missing"),
    Dialect("created-time-utc", WRITE, "time_zone", "UTC"),
    Dialect("created-time-iso", READ, "created_time", "ISO 8601"),
    # --- which tunnels a list shows ---
    Dialect("list-other-gateway", READ, "list_scope", "those of another gateway", STOP, OTHER_LIST),
    Dialect("list-other-gateway-unnamed", WRITE, "list_scope", "others, without vpnId", STOP, OTHER_LIST),
    Dialect("list-all-gateways", READ, "list_scope", "those of several gateways", STOP, OTHER_LIST),
    Dialect("list-without-vpn-id", READ, "list_scope", "entries without vpnId"),
    Dialect("list-pages", READ, "list_pages", "several pages"),
    Dialect("list-pages-endless", READ, "list_pages", "pages without an end", STOP, INCOMPLETE),
    Dialect("list-truncated", READ, "list_pages", "ends early", STOP, INCOMPLETE),
    Dialect("list-newest-first", READ, "list_order", "newest first"),
    Dialect("list-repeats", READ, "list_repeats", "alike"),
    Dialect("list-repeats-differently", READ, "list_repeats", "differently", STOP, INCOMPLETE),
    Dialect("list-late", WRITE, "list_delay", "later", LIMIT, LATE),
    Dialect("list-flickers", WRITE, "list_delay", "sometimes later", LIMIT, LATE),
    Dialect("put-denied-while-stale", WRITE, "list_delay", "later, and writes are refused until then", LIMIT, LATE),
    Dialect("list-error-in-200", READ, "list_errors", "sometimes", LIMIT, ERRORS_200),
    # --- the course of writes ---
    Dialect("create-asynchronous", WRITE, "create_course", "usable later"),
    Dialect("create-fails", WRITE, "create_course", "fails later", STOP, FAILED_CREATION),
    Dialect("create-rolled-back", WRITE, "create_course", "gone later", STOP, FAILED_CREATION),
    Dialect("status-unknown", READ, "status_words", "unknown words", LIMIT, STATUS),
    Dialect("status-missing", READ, "status_words", "missing", LIMIT, STATUS),
    Dialect("update-asynchronous", WRITE, "update_course", "usable later"),
    Dialect("delete-asynchronous", WRITE, "delete_course", "gone later"),
    Dialect("delete-slow", WRITE, "delete_course", "gone much later", LIMIT, SLOW_DELETION),
    Dialect("delete-stays-listed", WRITE, "delete_course", "listed as deleted", LIMIT, SLOW_DELETION),
    # --- results of writes ---
    Dialect("post-foreign-id", WRITE, "create_result", "another id", STOP, WRONG_ID),
    Dialect("post-without-id", WRITE, "create_result", "no id", LIMIT, CREATION),
    Dialect("post-empty", WRITE, "create_result", "an empty body", LIMIT, CREATION),
    Dialect("post-error-in-200", WRITE, "create_result", "200 with an error", LIMIT, CREATION),
    Dialect("post-error-in-200-done", WRITE, "create_result", "200 with an error, applied", LIMIT, CREATION),
    Dialect("put-error-in-200", WRITE, "update_result", "200 with an error", STOP, UPDATES),
    Dialect("put-error-in-200-done", WRITE, "update_result", "200 with an error, applied", LIMIT, ERRORS_200),
    Dialect("put-without-effect", WRITE, "update_result", "success without effect", STOP, UPDATES),
    Dialect("delete-error-in-200", WRITE, "delete_result", "200 with an error", PURGE, DELETIONS),
    Dialect("delete-error-in-200-done", WRITE, "delete_result", "200 with an error, applied", LIMIT, ERRORS_200),
    Dialect("delete-without-effect", WRITE, "delete_result", "success without effect", PURGE, DELETIONS),
    # --- rules of writes ---
    Dialect("description-cleared", WRITE, "no_description", "clears it", LIMIT, CLEARING),
    Dialect("description-not-clearable", WRITE, "clear_description", "keeps it", LIMIT, CLEARING),
    Dialect("name-exists-400", WRITE, "duplicate_name", "refused with 400"),
    Dialect("name-exists-409", WRITE, "duplicate_name", "refused with 409"),
    Dialect("building-refuses", WRITE, "busy", "after a creation", LIMIT, BUSY),
    Dialect("unfinished-refuses", WRITE, "busy", "after any write to the tunnel", LIMIT, BUSY),
    Dialect("gateway-busy", WRITE, "busy", "after any write to the gateway", LIMIT, BUSY),
    # --- client tokens ---
    Dialect("token-ignored", WRITE, "token_repeated", "creates another", LIMIT, TOKENS),
    Dialect("token-forgotten-with-object", WRITE, "token_after_deletion", "creates another"),
    Dialect("token-any-parameters", WRITE, "token_other_body", "returns the first result", LIMIT, TOKENS),
    Dialect("token-repeat-refused", WRITE, "token_repeated", "refused", LIMIT, TOKENS),
    Dialect("token-create-only", WRITE, "token_on_update", "applied"),
    # --- absent objects ---
    Dialect("no-such-object-400", READ, "absent_status", "400"),
    Dialect("gone-other-code", WRITE, "absent_tunnel", "another error"),
    Dialect("gone-200", WRITE, "absent_tunnel", "success"),
    Dialect("absent-empty", READ, "absent_gateway", "an empty body"),
    Dialect("absent-gateway-empty-list", READ, "absent_list", "an empty list"),
    # --- errors ---
    Dialect("throttled-400", READ, "throttling", "400", LIMIT, THROTTLED),
    Dialect("throttled-403", READ, "throttling", "403", LIMIT, THROTTLED),
    Dialect("throttled-429", READ, "throttling", "429", LIMIT, THROTTLED),
    Dialect("error-without-code", READ, "error_bodies", "no code"),
    Dialect("error-empty", READ, "error_bodies", "nothing"),
    # --- HTTP and JSON ---
    Dialect("extra-fields", READ, "extra_fields", "some"),
    Dialect("byte-order-mark", READ, "byte_order_mark", "yes"),
    Dialect("early-hints", READ, "early_hints", "yes"),
    Dialect("clock-ahead", READ, "clock", "ahead", LIMIT, CLOCK),
    Dialect("clock-behind", READ, "clock", "behind", LIMIT, CLOCK),
    # --- gateways and customer gateways ---
    Dialect("gateways-other-vpc", READ, "gateway_list", "those of another VPC", STOP, OTHER_VPC),
    Dialect("gateway-type-gre", READ, "gateway_type", "another"),
    Dialect(
        "customer-gateway-name-upper", WRITE, "customer_gateway_names", "in another case", LIMIT, CUSTOMER_GATEWAYS
    ),
    Dialect("customer-gateway-name-trimmed", WRITE, "customer_gateway_names", "trimmed", LIMIT, CUSTOMER_GATEWAYS),
    Dialect("customer-gateway-name-cut", WRITE, "customer_gateway_names", "cut", LIMIT, CUSTOMER_GATEWAYS),
    Dialect("customer-gateway-name-missing", WRITE, "customer_gateway_names", "missing", LIMIT, CUSTOMER_GATEWAYS),
    Dialect(
        "customer-gateway-name-late",
        WRITE,
        "customer_gateway_names",
        "missing for a moment",
        LIMIT,
        NEW_CUSTOMER_GATEWAYS,
    ),
    Dialect("customer-gateway-list-late", WRITE, "customer_gateway_delay", "later", LIMIT, NEW_CUSTOMER_GATEWAYS),
    Dialect(
        "customer-gateway-stale",
        WRITE,
        "customer_gateway_delay",
        "later, and not found by its id until then",
        LIMIT,
        NEW_CUSTOMER_GATEWAYS,
    ),
)


# Observed values that are not those of a dialect, but have a consequence.
OTHERS = (
    Dialect(None, READ, "list_scope", "not those of the gateway's detail", STOP, OTHER_LIST),
    Dialect(None, READ, "keys", "of some", LIMIT, KEYS),
    Dialect(None, READ, "sub_fields", "not all", LIMIT, SUB_FIELDS),
    Dialect(None, WRITE, "descriptions", "unrelated", LIMIT, DESCRIPTIONS),
    Dialect(None, WRITE, "descriptions", "in another case", LIMIT, DESCRIPTIONS),
    Dialect(None, WRITE, "create_result", "the id of an older tunnel", STOP, WRONG_ID),
    Dialect(None, WRITE, "create_result", "an id that is not listed", STOP, WRONG_ID),
    Dialect(None, WRITE, "update_result", "refused", STOP, UPDATES),
    Dialect(None, WRITE, "delete_result", "refused", PURGE, DELETIONS),
    Dialect(None, WRITE, "token_repeated", "returns another result", LIMIT, TOKENS),
    Dialect(None, WRITE, "token_other_body", "returns another result", LIMIT, TOKENS),
    Dialect(None, WRITE, "customer_gateway_names", "unrelated", LIMIT, CUSTOMER_GATEWAYS),
)


def fitting(facts):
    """Return the rows that the observed values fit, a list in the order of the tables."""
    return [row for row in DIALECTS + OTHERS if row.fits(facts)]
