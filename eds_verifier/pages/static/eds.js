// Asks the server for a text to sign, has NCALayer sign it, and sends the signature back.
"use strict";
(() => {
  const root = document.getElementById("signing");
  const { kind, base, socket: address } = root.dataset;
  const status = document.getElementById("status");
  const alertBox = document.getElementById("alert");
  const buttons = [...root.querySelectorAll("button")];
  const HELLO_MS = 8000;
  const CODES = { MODULE_NOT_FOUND: "ncalayer_old" };

  class Trouble extends Error {
    constructor(state, told, since) { super(state); this.state = state; this.told = told; this.since = since; }
  }

  const show = (name) => {
    const found = name && root.querySelector(`template[data-status="${name}"]`);
    status.replaceChildren(...(found ? [found.content.cloneNode(true)] : []));
  };

  const showTrouble = (state, since) => {
    const found = root.querySelector(`template[data-state="${state}"]`)
      || root.querySelector('template[data-state="generic"]');
    const shown = found.content.cloneNode(true);
    const when = shown.querySelector("[data-since]");
    if (when && since) { when.textContent = since; when.parentElement.hidden = false; }
    alertBox.replaceChildren(shown);
    alertBox.dataset.shown = state;
    alertBox.scrollIntoView({ block: "nearest" });
  };

  const post = async (path, body) => {
    let answer, data;
    try {
      answer = await fetch(`${base}/${path}`, {
        method: "POST",
        credentials: "same-origin",
        redirect: "error",
        headers: { "Content-Type": "application/json", "X-Tanba-Page": "1" },
        body: JSON.stringify(body),
      });
      data = await answer.json();
    } catch {
      throw new Trouble("offline", false);
    }
    if (!answer.ok) throw new Trouble(data.state || "generic", true, data.since);
    return data;
  };

  const refusedByBrowser = async () => {
    for (const name of ["local-network-access", "loopback-network"]) {
      try {
        if ((await navigator.permissions.query({ name })).state === "denied") return true;
      } catch { /* this browser knows no such permission */ }
    }
    return false;
  };

  // Opens NCALayer and waits for its greeting: {"result": {"version": …}}.
  const connect = () => new Promise((resolve, reject) => {
    let opened = false;
    let client;
    try {
      client = new WebSocket(address);
    } catch {
      reject(new Trouble("ncalayer_absent"));
      return;
    }
    const late = setTimeout(() => { client.close(); fail(); }, HELLO_MS);
    const fail = async () => {
      clearTimeout(late);
      const refused = !opened && await refusedByBrowser();
      reject(new Trouble(refused ? "permission_refused" : opened ? "ncalayer_failed" : "ncalayer_absent"));
    };
    client.onopen = () => { opened = true; };
    client.onerror = fail;
    client.onclose = fail;
    client.onmessage = (message) => {
      clearTimeout(late);
      client.onerror = client.onclose = client.onmessage = null;
      let greeting = null;
      try { greeting = JSON.parse(message.data); } catch { /* not NCALayer */ }
      if (greeting && greeting.result && greeting.result.version) resolve(client);
      else { client.close(); reject(new Trouble("ncalayer_failed")); }
    };
  });

  // One signature by the module kz.gov.pki.knca.basics: attached CMS over the decoded bytes.
  const sign = (client, asked) => new Promise((resolve, reject) => {
    const failed = () => reject(new Trouble("ncalayer_failed"));
    const late = setTimeout(() => reject(new Trouble("challenge_expired")), asked.expires_in * 1000);
    const settled = (settle, value) => { clearTimeout(late); settle(value); };
    client.onerror = client.onclose = () => settled(failed);
    client.onmessage = (message) => {
      let answer;
      try { answer = JSON.parse(message.data); } catch { settled(failed); return; }
      if (answer.status === true) {
        const result = answer.body && answer.body.result;
        const signature = Array.isArray(result) ? result[0] : result;
        if (typeof signature === "string" && signature) settled(resolve, signature);
        else settled(reject, new Trouble("cancelled"));
        return;
      }
      const code = answer.code || answer.errorCode;
      if (answer.status === false || answer.success === false) {
        settled(reject, new Trouble(CODES[code] || "ncalayer_failed"));
      }
    };
    const signer = { extKeyUsageOids: asked.signer.extKeyUsageOids };
    if (asked.signer.iin) signer.iin = asked.signer.iin;
    client.send(JSON.stringify({
      module: "kz.gov.pki.knca.basics",
      method: "sign",
      args: {
        allowedStorages: null,
        format: "cms",
        data: asked.document,
        signingParams: { decode: true, encapsulate: true, digested: false },
        signerParams: signer,
        locale: asked.locale,
      },
    }));
  });

  const agreement = () => (kind === "acceptance"
    ? { version: Number(root.dataset.version), language: root.dataset.language, sha256: root.dataset.sha256 }
    : undefined);

  const run = async () => {
    show("connecting");
    const client = await connect();
    try {
      const asked = await post("challenge", { agreement: agreement() });
      show("waiting");
      const signature = await sign(client, asked);
      show("checking");
      const done = await post("signature", { challenge: asked.challenge, signature });
      show("done");
      return done.next;
    } finally {
      client.onerror = client.onclose = client.onmessage = null;
      client.close();
    }
  };

  const attempt = async (work) => {
    buttons.forEach((button) => { button.disabled = true; });
    alertBox.replaceChildren();
    delete alertBox.dataset.shown;
    try {
      location.assign(await work());
    } catch (error) {
      const state = error instanceof Trouble ? error.state : "generic";
      show("");
      showTrouble(state, error.since);
      buttons.forEach((button) => { button.disabled = false; });
      if (!(error instanceof Trouble) || error.told === undefined) {
        post("trouble", { state }).catch(() => {});
      }
    }
  };

  document.getElementById("sign").addEventListener("click", () => attempt(run));
  const decline = document.getElementById("decline");
  if (decline) {
    decline.addEventListener("click", () => attempt(async () => (await post("decline", { agreement: agreement() })).next));
  }
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
