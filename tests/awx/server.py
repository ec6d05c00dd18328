# Copyright (c) 2026, the baiducloud.network contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of AWX 24.6.1's API that the modules of awx.awx use to create job templates, as a server on loopback.

It keeps objects in memory and rejects what AWX rejects, by rules.py. It does not run jobs; see job.py. An update of a
project or an inventory source ends at once.
"""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from typing import NamedTuple

from aiohttp import web

from awx import rules

USER, PASSWORD = "admin", "awx-admin-password"
TOKEN = "awx-token-of-the-stand-in"


class Kind(NamedTuple):
    """One kind of object.

    :ivar fields: dict of its fields to their defaults, which replace None too. Other fields are ignored.
    :ivar needed: the fields that a creation requires.
    :ivar references: dict of fields that have the id of another kind.
    """

    fields: dict
    needed: tuple
    references: dict = {}


KINDS = {
    "organizations": Kind({"name": "", "description": ""}, ("name",)),
    "credential_types": Kind(
        {"name": "", "description": "", "kind": "", "managed": False, "inputs": {}, "injectors": {}}, ("name", "kind")
    ),
    "credentials": Kind(
        {
            "name": "", "description": "", "organization": None, "credential_type": None, "inputs": {},
            "managed": False,
        },
        ("name", "credential_type"),
        {"organization": "organizations", "credential_type": "credential_types"},
    ),
    "execution_environments": Kind(
        {"name": "", "description": "", "organization": None, "image": "", "credential": None, "pull": ""},
        ("name", "image"),
        {"organization": "organizations", "credential": "credentials"},
    ),
    "projects": Kind(
        {
            "name": "", "description": "", "organization": None, "scm_type": "", "scm_url": "", "scm_branch": "",
            "credential": None, "status": "never updated", "scm_revision": "", "playbook_files": (),
        },
        ("name",),
        {"organization": "organizations", "credential": "credentials"},
    ),
    "project_updates": Kind(
        {"name": "", "project": None, "status": "", "finished": None, "failed": False, "scm_revision": ""},
        ("project",),
        {"project": "projects"},
    ),
    "inventories": Kind(
        {"name": "", "description": "", "organization": None, "kind": "", "host_filter": None, "variables": ""},
        ("name", "organization"),
        {"organization": "organizations"},
    ),
    "inventory_sources": Kind(
        {
            "name": "", "description": "", "inventory": None, "source": "", "source_path": "", "source_project": None,
            "source_vars": "", "credential": None, "execution_environment": None, "overwrite": False,
            "overwrite_vars": False, "update_on_launch": False, "update_cache_timeout": 0, "timeout": 0,
            "status": "never updated",
        },
        ("name", "inventory", "source"),
        {
            "inventory": "inventories", "source_project": "projects", "credential": "credentials",
            "execution_environment": "execution_environments",
        },
    ),
    "inventory_updates": Kind(
        {"name": "", "inventory_source": None, "status": "", "finished": None, "failed": False},
        ("inventory_source",),
        {"inventory_source": "inventory_sources"},
    ),
    "job_templates": Kind(
        {
            "name": "", "description": "", "organization": None, "job_type": "run", "inventory": None, "project": None,
            "playbook": "", "execution_environment": None, "extra_vars": "", "survey_enabled": False,
            "diff_mode": False,
            "ask_variables_on_launch": False, "ask_limit_on_launch": False, "ask_job_type_on_launch": False,
            "ask_verbosity_on_launch": False, "ask_job_slice_count_on_launch": False, "job_slice_count": 1,
            "ask_credential_on_launch": False, "ask_inventory_on_launch": False,
        },
        ("name", "project", "playbook"),
        {"inventory": "inventories", "project": "projects", "execution_environment": "execution_environments"},
    ),
}  # fmt: skip
UPDATES = ("project_updates", "inventory_updates")
TRIGGERS = (
    "scm_type",
    "scm_url",
    "scm_branch",
    "credential",
)  # Project.FIELDS_TRIGGER_UPDATE, awx/main/models/projects.py


class AwxServer:
    """AWX's API on loopback until stop(), with one organization, Default, and one user.

    :param files: the files of every project, paths from its root.
    :ivar failing_branches: the branches that no repository has, so that an update of their project fails.
    :ivar sync_inventory: called with (environment, source_vars, source_path) to synchronize an inventory source; raises
        an exception if that fails.
    :ivar environment: the environment variables with which awx.awx uses this server.
    :ivar requests: the number of requests.
    :ivar writes: (method, path) of every request that changed something.
    """

    def __init__(self, files):
        self._files = set(files)
        self._objects = {kind: {} for kind in KINDS}
        self._surveys, self._credentials = {}, {}  # of job templates, by their ids
        self._next_id = 1
        self.requests, self.writes = 0, []
        self.failing_branches, self.sync_inventory = set(), lambda *arguments: None
        default = self.create("organizations", {"name": "Default"})
        # awx/main/management/commands/create_preload_data.py gives only this organization a Galaxy credential.
        galaxy = self.create("credential_types", {"name": "Galaxy", "kind": "galaxy", "managed": True})
        public = {"name": "Ansible Galaxy", "credential_type": galaxy["id"], "managed": True}
        self._galaxy = {default["id"]: [self.create("credentials", public)["id"]]}  # of organizations, by their ids
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        url = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.environment = {"CONTROLLER_HOST": url, "CONTROLLER_USERNAME": USER, "CONTROLLER_PASSWORD": PASSWORD}

    def named(self, kind, name, organization="Default"):
        """Return the only object of a kind with this name as stored; a job template includes credentials and survey.

        :param organization: the organization, if several have this name.
        """
        (organization_id,) = [
            item["id"] for item in self._objects["organizations"].values() if item["name"] == organization
        ]
        named = [item for item in self._objects[kind].values() if item["name"] == name]
        (found,) = [item for item in named if item.get("organization") in (None, organization_id)]
        if kind == "job_templates":
            number = found["id"]
            return dict(found, survey_spec=self._surveys.get(number), credentials=self._credentials.get(number, []))
        return found

    def change(self, kind, name, body):
        """Change the only object of a kind with this name."""
        (number,) = [number for number, item in self._objects[kind].items() if item["name"] == name]
        self._change(kind, number, body)

    def galaxy_credentials(self, organization):
        """Return the names of an organization's Galaxy credentials."""
        return [self._objects["credentials"][number]["name"] for number in self._galaxy.get(organization, [])]

    def names(self, kind):
        return sorted(item["name"] for item in self._objects[kind].values())

    def stop(self):
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _start(self):
        app = web.Application()
        app.router.add_route("*", "/api/v2/{path:.*}", self._respond)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return "http://127.0.0.1:%d" % site._server.sockets[0].getsockname()[1]

    async def _respond(self, request):
        self.requests += 1
        path = [part for part in request.match_info["path"].split("/") if part]
        body = json.loads(await request.text() or "{}") if request.method in ("POST", "PATCH") else {}
        try:
            status, response = self._route(request, path, body)
        except rules.Refused as refused:
            status, response = 400, {"__all__": [str(refused)], "error": str(refused)}
        if status in (200, 201, 204) and request.method != "GET" and path[0] != "tokens":
            self.writes.append((request.method, "/".join(path)))
        headers = {"X-API-Product-Name": "AWX", "X-API-Product-Version": "24.6.1"}
        return web.json_response(response, status=status, headers=headers)

    def _route(self, request, path, body):
        if path[0] == "tokens":
            login = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if request.headers.get("Authorization") != login:
                return 401, {"detail": "Invalid username/password."}
            return (201, {"id": 1, "token": TOKEN}) if request.method == "POST" else (204, None)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"detail": "Authentication credentials were not provided."}
        if path[0] not in KINDS or (len(path) > 1 and int(path[1]) not in self._objects[path[0]]):
            return 404, {"detail": "Not found."}
        if len(path) == 3:
            funcs = {
                "survey_spec": self._survey,
                "credentials": self._associate,
                "galaxy_credentials": self._associate_galaxy,
                "update": self._update_project if path[0] == "projects" else self._update_source,
            }
            return funcs[path[2]](request.method, int(path[1]), body)
        if request.method == "GET":
            found = self._objects[path[0]].values() if len(path) == 1 else [self._objects[path[0]][int(path[1])]]
            shown = [self._shown(path[0], item) for item in found if _matches(item, request.query)]
            return 200, shown[0] if len(path) == 2 else {"count": len(shown), "next": None, "results": shown}
        if request.method == "POST":
            return 201, self._shown(path[0], self.create(path[0], body))
        return 200, self._shown(path[0], self._change(path[0], int(path[1]), body))

    def create(self, kind, body):
        """Create an object by AWX's rules; return it as stored."""
        missing = [name for name in KINDS[kind].needed if not body.get(name)]
        if missing:
            raise rules.Refused(f"{', '.join(missing)}: This field is required.")
        item = dict(KINDS[kind].fields, id=self._next_id)
        for other in self._objects[kind].values():
            same = all(other.get(name) == body.get(name) for name in ("name", "organization", "inventory"))
            if same and kind not in UPDATES:
                raise rules.Refused(f"{kind} with this name already exists.")
        self._fill(kind, item, body)
        self._next_id += 1
        self._objects[kind][item["id"]] = item
        if kind == "projects":
            self._update_project("POST", item["id"], {})
        return item

    def _change(self, kind, number, body):
        before = self._objects[kind][number]
        item = dict(before)
        self._fill(kind, item, body)
        self._objects[kind][number] = item
        if kind == "projects" and any(before[name] != item[name] for name in TRIGGERS):
            self._update_project("POST", number, {})
        return item

    def _update_project(self, _method, number, _body):
        """Update a project: it has the playbooks of the last update that succeeded."""
        project = self._objects["projects"][number]
        is_failed = project["scm_branch"] in self.failing_branches
        project["status"] = "failed" if is_failed else "successful"
        if not is_failed:
            project.update(scm_revision="0" * 40, playbook_files=self._files)
        update = {
            "name": project["name"], "project": number, "status": project["status"], "finished": "now",
            "failed": is_failed, "scm_revision": project["scm_revision"],
        }  # fmt: skip
        return 202, self._shown("project_updates", self.create("project_updates", update))

    def _update_source(self, _method, number, _body):
        source = self._objects["inventory_sources"][number]
        credential = self._objects["credentials"][source["credential"]]
        credential_type = self._objects["credential_types"][credential["credential_type"]]
        environment = rules.job_environment(credential_type, credential["inputs"])
        try:
            self.sync_inventory(environment, json.loads(source["source_vars"] or "{}"), source["source_path"])
            source["status"] = "successful"
        except Exception:  # because it stands for a job, which fails whatever happens in it
            source["status"] = "failed"
        update = {
            "name": source["name"], "inventory_source": number, "status": source["status"], "finished": "now",
            "failed": source["status"] == "failed",
        }  # fmt: skip
        return 202, self._shown("inventory_updates", self.create("inventory_updates", update))

    def _fill(self, kind, item, body):
        """Set the fields of a request in an object by AWX's rules."""
        fields, _needed, references = KINDS[kind]
        for name, value in body.items():
            if name in references and value is not None and value not in self._objects[references[name]]:
                raise rules.Refused(f'{name}: Invalid pk "{value}" - object does not exist.')
            if name in fields:
                item[name] = fields[name] if value is None else value
        check = getattr(self, f"_check_{kind}", None)
        if check:
            check(item, body)

    @staticmethod
    def _check_credential_types(item, _body):
        rules.check_credential_type(item["inputs"], item["injectors"])
        # AWX adds the default type.
        for field in item["inputs"].get("fields", []):
            field.setdefault("type", "string")

    def _check_credentials(self, item, body):
        known = self._objects["credential_types"][item["credential_type"]]["inputs"]
        before = self._objects["credentials"].get(item["id"], {}).get("inputs", {})
        if "inputs" in body:
            kept = {name: before[name] for name, value in body["inputs"].items() if value == rules.ENCRYPTED}
            item["inputs"] = rules.stored_inputs(known, {**body["inputs"], **kept})

    @staticmethod
    def _check_projects(item, _body):
        if item["scm_type"] and not item["scm_url"]:
            raise rules.Refused("scm_url: SCM URL is required.")

    def _check_inventory_sources(self, item, _body):
        if item["source"] == "scm" and not item["source_project"]:
            raise rules.Refused("source_project: Project required for scm type sources.")
        # AWX accepts a project that has not been updated yet.
        if item["source_path"] not in self._files:
            raise rules.Refused(f"source_path: {item['source_path']} is not in the project.")
        credential = self._objects["credentials"].get(item["credential"])
        if credential and self._objects["credential_types"][credential["credential_type"]]["kind"] != "cloud":
            raise rules.Refused("credential: only cloud credentials are allowed for this source.")

    def _check_job_templates(self, item, _body):
        if item["playbook"] not in self._objects["projects"][item["project"]]["playbook_files"]:
            raise rules.Refused(f"playbook: {item['playbook']}: Playbook not found for project.")
        if not isinstance(json.loads(item["extra_vars"] or "{}"), dict):
            raise rules.Refused("extra_vars: must be a dictionary")
        item["organization"] = self._objects["projects"][item["project"]]["organization"]

    def _survey(self, method, number, body):
        if method == "POST":
            rules.check_survey(body)
            self._surveys[number] = body
        return 200, self._surveys.get(number, {})

    def _associate_galaxy(self, method, number, body):
        return self._associated(method, self._galaxy.setdefault(number, []), body)

    def _associate(self, method, number, body):
        together = self._credentials.setdefault(number, [])
        if method == "POST" and not body.get("disassociate"):
            kinds = [self._objects["credentials"][item]["credential_type"] for item in together]
            if self._objects["credentials"][body["id"]]["credential_type"] in kinds:
                raise rules.Refused("Cannot assign multiple credentials of one type.")
        return self._associated(method, together, body)

    def _associated(self, method, together, body):
        """List the credentials of an object, add one or remove one."""
        if method == "GET":
            results = [self._shown("credentials", self._objects["credentials"][item]) for item in together]
            return 200, {"count": len(results), "next": None, "results": results}
        if body.get("disassociate"):
            together.remove(body["id"])
        else:
            together.append(body["id"])
        return 204, None

    def _shown(self, kind, item):
        url = f"/api/v2/{kind}/{item['id']}/"
        links = ("survey_spec", "update", "galaxy_credentials")
        related = {name: f"{url}{name}/" for name in links}
        shown = dict(item, type=kind.rstrip("s"), url=url, related=related, summary_fields={})
        if kind == "credentials":
            known = self._objects["credential_types"][item["credential_type"]]["inputs"]
            shown["inputs"] = rules.shown_inputs(known, item["inputs"])
        if kind == "projects":
            shown["playbook_files"] = sorted(item["playbook_files"])
            updates = [
                update for update in self._objects["project_updates"].values() if update["project"] == item["id"]
            ]
            # AWX shows it while it runs. Here it has ended before the module that started it asks.
            shown["summary_fields"] = {"current_update": {"id": updates[-1]["id"]}} if updates else {}
        return shown


def _matches(item, query):
    """Return whether an object matches a query; of the names with the prefix or__ one must match."""
    either = {name[4:]: value for name, value in query.items() if name.startswith("or__")}
    every = {name: value for name, value in query.items() if not name.startswith("or__")}
    if either and not any(str(item.get(name)) == value for name, value in either.items()):
        return False
    return all(str(item.get(name)) == value for name, value in every.items())
