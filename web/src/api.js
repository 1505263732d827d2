// What the server is asked. Answers are the records of `schemas/`; what is wrong comes as a `Problem`.

/** RFC 9457: what is wrong with a request. */
export class Problem extends Error {
  constructor(record, status) {
    super(record.detail ?? record.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = record.code ?? null;
    this.help = record.help ?? null;
    this.errors = record.errors ?? [];
    this.findings = record.findings?.findings ?? [];
  }

  /** Whether all that is wrong is wrong with the facts. */
  get isOfFacts() {
    return this.errors.length > 0 && this.errors.every((error) => error.pointer.startsWith("/facts/"));
  }
}

// Held by this page alone, until it is closed.
let token = null;
let askToken = null;

/** Sets who asks for the token, if the server wants one. */
export function onTokenNeeded(ask) {
  askToken = ask;
}

async function send(method, path, body, signal) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (token !== null) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: "the server cannot be reached" }, 0);
  }
  if (response.status === 401 && askToken !== null) {
    token = await askToken(token !== null);
    return send(method, path, body, signal);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(answer, response.status);
  return answer;
}

const get = (path) => send("GET", path);
const post = (path, body, signal) => send("POST", path, body, signal);
const named = (id) => encodeURIComponent(id);

export const api = {
  ready: () => get("/readyz"),
  policies: () => get("/v1/policies"),
  text: (id) => get(`/v1/policies/${named(id)}/text`),
  tests: (id) => get(`/v1/policies/${named(id)}/tests`),
  decide: (body, signal) => post("/v1/decide", body, signal),
  explain: (body, signal) => post("/v1/explain", body, signal),
  nextQuestion: (body, signal) => post("/v1/next-question", body, signal),
  check: (body, signal) => post("/v1/check", body, signal),
  diff: (body, signal) => post("/v1/diff", body, signal),
  format: (body) => post("/v1/format", body),
  writeTest: (body) => post("/v1/write-test", body),
};

/** Runs one request of a kind at a time: a newer one takes the place of an older one, whose answer nobody sees. */
export function latest() {
  let current = null;
  return async (work) => {
    current?.abort();
    const mine = (current = new AbortController());
    try {
      const answer = await work(mine.signal);
      return mine === current ? answer : undefined;
    } catch (error) {
      if (error.name === "AbortError" || mine !== current) return undefined;
      throw error;
    }
  };
}
