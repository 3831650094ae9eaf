"use strict";
(() => {
  const labels = JSON.parse(document.getElementById("labels").textContent);
  const at = (id) => document.getElementById(id);
  const keys = new Map();
  let seen = null;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const get = async (path) => {
    const response = await fetch(path, { cache: "no-store" });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  };

  const post = (path, body) => fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).then(refresh);

  const title = (key) => [key.name, key.organisation].filter(Boolean).join(" — ");
  const kind = (key) => `${key.algorithm} ${key.use.toUpperCase()}`;
  const role = (key) => labels[key.role || "individual"];

  const row = (key, pending, ignoreFilter) => {
    const line = make("div", "key");
    line.dataset.key = key.id;
    line.append(make("div", "who", title(key)));
    const tags = make("div", "tags");
    tags.append(make("span", "tag", kind(key)), make("span", "tag", role(key)));
    if (key.status !== "good") tags.append(make("span", "tag bad", labels[key.status]));
    line.append(tags);
    const numbers = [key.iin && `${labels.iin} ${key.iin}`, key.bin && `${labels.bin} ${key.bin}`, `${labels.until} ${key.not_after.slice(0, 10)}`];
    line.append(make("div", "quiet small", numbers.filter(Boolean).join(" · ")));
    const sign = make("button", ignoreFilter ? "secondary" : "", labels.sign);
    sign.type = "button";
    sign.addEventListener("click", () => post("/api/answer", { id: pending.id, key: key.id, ignore_filter: ignoreFilter }));
    line.append(sign);
    return line;
  };

  const list = (box, shown, pending, ignoreFilter) => {
    box.replaceChildren();
    for (const group of ["demo", "nca-test"]) {
      const members = shown.filter((key) => key.group === group);
      if (!members.length) continue;
      box.append(make("h3", "", labels[group]), ...members.map((key) => row(key, pending, ignoreFilter)));
    }
    if (!box.childElementCount) box.append(make("p", "quiet", labels.noFit));
  };

  const show = (state) => {
    const pending = state.pending;
    at("auto").value = state.auto ? state.auto.key : "";
    at("idle").hidden = pending !== null;
    at("request").hidden = pending === null;
    if (pending === null) return;
    at("origin").textContent = pending.origin || labels.noOrigin;
    at("documents").replaceChildren(...pending.documents.map((one) =>
      make("pre", "document", one.readable ? one.text : `${labels.binary}, ${one.size} ${labels.bytes}\n${one.text}`)));
    const fitting = new Set(pending.fitting);
    const all = [...keys.values()];
    list(at("fitting"), all.filter((key) => fitting.has(key.id)), pending, false);
    const others = all.filter((key) => !fitting.has(key.id));
    at("others-box").hidden = !others.length;
    list(at("others"), others, pending, true);
    at("cancel").onclick = () => post("/api/answer", { id: pending.id, key: "cancel" });
  };

  const trouble = (text) => {
    at("trouble").hidden = !text;
    at("trouble").textContent = text;
  };

  const refresh = async () => {
    try {
      const state = await get("/api/pending");
      trouble("");
      if (state.changes !== seen) show(state);
      seen = state.changes;
    } catch {
      seen = null;
      trouble(labels.offline);
    }
  };

  const start = async () => {
    for (const key of await get("/api/keys")) keys.set(key.id, key);
    for (const group of ["demo", "nca-test"]) {
      const members = [...keys.values()].filter((key) => key.group === group);
      if (!members.length) continue;
      const options = make("optgroup");
      options.label = labels[group];
      for (const key of members) {
        const state = key.status === "good" ? "" : ` (${labels[key.status]})`;
        const option = make("option", "", `${title(key)} · ${kind(key)} ${labels.signAs}${state}`);
        option.value = key.id;
        options.append(option);
      }
      at("auto").append(options);
    }
    at("auto").addEventListener("change", (event) => post("/api/auto", { key: event.target.value || null }));
    await refresh();
    setInterval(refresh, 700);
  };

  start().catch(() => trouble(labels.offline));
})();
