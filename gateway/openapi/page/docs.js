// Shows /openapi.json and lets one try it. Asks nobody but the server that it came from.
"use strict";

const TEXTS = {
  ko: {
    about: "백그라운드 작업 API입니다. 항목을 열어 읽고, 값을 채워 바로 보내 볼 수 있습니다.",
    search: "경로나 설명에서 찾기", language: "English", parameters: "매개변수", body: "요청 본문", answers: "응답",
    send: "보내기", sending: "보내는 중…", file: "파일", form: "양식", schema: "형식",
    failed: "요청을 보내지 못했습니다", missing: "필수 값이 비어 있습니다", seconds: "초", bytes: "바이트",
    save: "파일로 저장", noDocument: "API 문서를 읽지 못했습니다.",
  },
  en: {
    about: "The API for background work. Open an entry to read it, fill it in and send it.",
    search: "Search paths and descriptions", language: "한국어", parameters: "Parameters", body: "Request body", answers: "Answers",
    send: "Send", sending: "Sending…", file: "File", form: "Form", schema: "Schema",
    failed: "The request could not be sent", missing: "A required value is empty", seconds: "s", bytes: "bytes",
    save: "Save as a file", noDocument: "The API document could not be read.",
  },
};
const SHOWN_CHARACTERS = 200000;
const SCHEMA_DEPTH = 6;

let language = localStorage.getItem("dure-docs-language") || (navigator.language.startsWith("ko") ? "ko" : "en");
let api = null;

const text = (name) => TEXTS[language][name];

/** Makes an element; `children` are elements or texts. Nothing is ever parsed as HTML. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

function resolve(value) {
  if (!value || !value.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((found, step) => found[step], api);
}

/** Returns a schema in the shape of the JSON that it describes. */
function outline(schema, depth = 0) {
  const found = resolve(schema) || {};
  if (depth > SCHEMA_DEPTH) return "…";
  if (found.const !== undefined) return found.const;
  if (found.enum) return found.enum.join(" | ");
  if (found.oneOf) return oneOf(found.oneOf.map((one) => outline(one, depth + 1)));
  if (found.allOf) return Object.assign({}, ...found.allOf.map((one) => outline(one, depth)));
  if (found.properties) {
    const required = new Set(found.required || []);
    const shape = {};
    for (const [name, member] of Object.entries(found.properties))
      shape[required.has(name) ? name : name + "?"] = outline(member, depth + 1);
    return shape;
  }
  if (found.items) return [outline(found.items, depth + 1)];
  return typeWord(found);
}

function oneOf(shapes) {
  return shapes.every((shape) => typeof shape === "string") ? shapes.join(" | ") : { "one of": shapes };
}

function typeWord(schema) {
  const type = [].concat(schema.type || "any").join(" | ");
  return schema.format ? `${type} (${schema.format})` : type;
}

const pretty = (value) => JSON.stringify(value, null, 2);

function field(name, schema, required, description) {
  const id = `field-${Math.random().toString(36).slice(2)}`;
  const input = inputFor(resolve(schema) || {}, id);
  input.dataset.name = name;
  input.dataset.required = required ? "yes" : "";
  const label = make("label", { for: id, class: required && "required" }, name);
  const box = make("div", { class: "field" }, label, input);
  if (description) box.append(make("small", {}, description));
  return box;
}

function inputFor(schema, id) {
  const choices = schema.enum || (schema.type === "boolean" ? ["true", "false"] : null);
  if (choices) return make("select", { id }, make("option", { value: "" }), ...choices.map((one) => make("option", { value: one }, one)));
  if (schema.format === "binary") return make("input", { id, type: "file" });
  const example = schema.default !== undefined ? schema.default : (schema.examples || [])[0];
  const secret = schema.description && /encrypted/.test(schema.description);
  return make("input", { id, type: secret ? "password" : "text", autocomplete: "off", placeholder: example });
}

/** Returns the part of the page in which an operation's body is written, and how to read it. */
function bodyEditor(body) {
  const box = make("div", {}, make("h3", {}, text("body")));
  const content = body.content;
  const form = content["multipart/form-data"];
  if (form) {
    const schema = resolve(form.schema);
    for (const [name, member] of Object.entries(schema.properties))
      box.append(field(name, member, (schema.required || []).includes(name), resolve(member).description));
    return { box, read: () => readForm(box) };
  }
  const json = content["application/json"];
  const area = make("textarea", { spellcheck: "false", "aria-label": text("body") });
  area.value = json.example ? pretty(json.example) : "";
  box.append(area, make("details", {}, make("summary", {}, text("schema")), make("pre", {}, pretty(outline(json.schema)))));
  return { box, read: () => ({ body: area.value, type: "application/json" }) };
}

function readForm(box) {
  const data = new FormData();
  for (const input of box.querySelectorAll("[data-name]")) {
    if (input.type === "file") for (const file of input.files) data.append(input.dataset.name, file);
    else if (input.value !== "") data.append(input.dataset.name, input.value);
  }
  return { body: data };
}

/** Returns the request's address and headers out of the filled fields, or nothing when one is missing. */
function addressOf(path, parameters, box) {
  const headers = { "Accept-Language": language };
  const query = new URLSearchParams();
  let address = path;
  for (const input of box.querySelectorAll("[data-name]")) {
    const { name, required } = input.dataset;
    if (input.value === "" && required) return null;
    if (input.value === "") continue;
    const place = parameters.find((one) => one.name === name).in;
    if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (place === "query") query.set(name, input.value);
    else headers[name] = input.value;
  }
  const asked = query.toString();
  return { address: asked ? `${address}?${asked}` : address, headers };
}

async function showAnswer(answer, begun, into) {
  const bytes = await answer.blob();
  const seconds = ((performance.now() - begun) / 1000).toFixed(3);
  const status = make("p", { class: answer.ok ? "good" : "bad" },
    `${answer.status} ${answer.statusText} · ${seconds} ${text("seconds")} · ${bytes.size} ${text("bytes")}`);
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  into.replaceChildren(status, make("pre", {}, headers), await showBytes(bytes, answer.headers.get("Content-Type") || ""));
}

async function showBytes(bytes, type) {
  if (type.startsWith("image/")) return make("img", { class: "answer", alt: "", src: URL.createObjectURL(bytes) });
  if (!/json|text|javascript/.test(type)) {
    if (bytes.size === 0) return "";
    return make("a", { href: URL.createObjectURL(bytes), download: "" }, text("save"));
  }
  let shown = await bytes.text();
  if (type.includes("json") && shown.length < SHOWN_CHARACTERS) {
    try { shown = pretty(JSON.parse(shown)); } catch { /* Shown as it came. */ }
  }
  return make("pre", {}, shown.slice(0, SHOWN_CHARACTERS));
}

function tryOut(method, path, parameters, fields, editor) {
  const into = make("div", { "aria-live": "polite" });
  const send = async () => {
    const wanted = addressOf(path, parameters, fields);
    if (!wanted) return into.replaceChildren(make("p", { class: "bad" }, text("missing")));
    into.replaceChildren(make("p", {}, text("sending")));
    const content = editor ? editor.read() : {};
    if (content.type) wanted.headers["Content-Type"] = content.type;
    const begun = performance.now();
    try {
      const answer = await fetch(wanted.address, { method: method.toUpperCase(), headers: wanted.headers, body: content.body || undefined });
      await showAnswer(answer, begun, into);
    } catch (problem) {
      into.replaceChildren(make("p", { class: "bad" }, `${text("failed")}: ${problem.message}`));
    }
  };
  return make("div", {}, make("button", { type: "button", class: "send", onclick: send }, text("send")), into);
}

function answersOf(operation) {
  const box = make("div", {}, make("h3", {}, text("answers")));
  for (const [status, one] of Object.entries(operation.responses)) {
    const answer = resolve(one);
    const schema = Object.values(answer.content || {}).map((content) => content.schema)[0];
    const summary = make("summary", {}, make("span", { class: "method" }, status), answer.description);
    box.append(make("details", {}, summary, schema ? make("pre", {}, pretty(outline(schema))) : ""));
  }
  return box;
}

function fill(inside, method, path, operation) {
  if (operation.description) inside.append(make("p", {}, operation.description));
  const parameters = (operation.parameters || []).map(resolve).filter((one) => one.name !== "Accept-Language");
  const fields = make("div", {});
  if (parameters.length > 0) fields.append(make("h3", {}, text("parameters")));
  for (const one of parameters) fields.append(field(one.name, one.schema, one.required, one.description));
  const editor = operation.requestBody ? bodyEditor(resolve(operation.requestBody)) : null;
  inside.append(fields);
  if (editor) inside.append(editor.box);
  inside.append(tryOut(method, path, parameters, fields, editor), answersOf(operation));
}

function entry(method, path, operation) {
  const inside = make("div", { class: "inside" });
  const summary = make("summary", {}, make("span", { class: "method" }, method.toUpperCase()),
    make("span", { class: "path" }, path), make("span", {}, operation.summary));
  const box = make("details", { id: operation.operationId }, summary, inside);
  box.dataset.words = `${method} ${path} ${operation.summary} ${operation.description || ""}`.toLowerCase();
  box.addEventListener("toggle", () => {
    if (box.open && inside.childElementCount === 0) fill(inside, method, path, operation);
  });
  return box;
}

function show() {
  document.documentElement.lang = language;
  document.getElementById("about").textContent = text("about");
  document.getElementById("search").placeholder = text("search");
  document.getElementById("search").setAttribute("aria-label", text("search"));
  document.getElementById("language").textContent = text("language");
  const sections = api.tags.map((tag) => {
    const box = make("section", {}, make("h2", {}, tag.name), make("p", {}, tag.description || ""));
    for (const [path, operations] of Object.entries(api.paths))
      for (const [method, operation] of Object.entries(operations))
        if (operation.tags.includes(tag.name)) box.append(entry(method, path, operation));
    return box;
  });
  document.getElementById("operations").replaceChildren(...sections);
  find();
}

function find() {
  const wanted = document.getElementById("search").value.toLowerCase();
  for (const section of document.querySelectorAll("section")) {
    const entries = [...section.querySelectorAll("details[id]")];
    for (const one of entries) one.hidden = !one.dataset.words.includes(wanted);
    section.hidden = entries.every((one) => one.hidden);
  }
}

async function begin() {
  document.getElementById("search").addEventListener("input", find);
  document.getElementById("language").addEventListener("click", () => {
    language = language === "ko" ? "en" : "ko";
    localStorage.setItem("dure-docs-language", language);
    show();
  });
  try {
    api = await (await fetch("/openapi.json")).json();
  } catch {
    document.getElementById("operations").textContent = text("noDocument");
    return;
  }
  show();
  const named = location.hash && document.getElementById(location.hash.slice(1));
  if (named) named.open = true;
}

begin();
