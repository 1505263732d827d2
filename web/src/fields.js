// One control for each type of value. A control reads and writes what a facts file holds; `undefined` is: nothing there.
//
// What cannot be read as its type is passed on as it was typed: the server says what is wrong with it, and where.

import { h, newId } from "./dom.js";

/** Sets of more members than this are typed, not ticked. */
const TICKED_MEMBERS = 12;

const countries = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });

/** A member as people read it. */
export function memberWords(name, member) {
  if (name === "country") {
    const words = countries.of(member.value);
    return words ? `${words} (${member.value})` : member.value;
  }
  return member.label ?? member.value.replaceAll("_", " ");
}

/** A value as a short text. */
export function valueWords(type, value, enums) {
  if (value === null) return "none";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value)) {
    return value.length === 0 ? "none of them" : value.map((one) => valueWords(type?.of, one, enums)).join(", ");
  }
  if (typeof value === "object") return value.unknown ? "not known" : JSON.stringify(value);
  if (type?.kind === "enum") {
    const member = enums[type.enum]?.members.find((known) => known.value === value);
    if (member) return memberWords(type.enum, member);
  }
  return String(value);
}

/** A text as a JSON number where it is one exactly, else as it is. */
function number(text) {
  const plain = text.trim();
  if (/^-?\d+(\.\d+)?$/.test(plain) && plain.replace(/\D/g, "").length <= 15) return Number(plain);
  return plain;
}

function typed({ kind = "text", mode, placeholder, read = (text) => text.trim(), context }) {
  const input = h("input", {
    type: kind, id: context.id, inputmode: mode, placeholder, autocomplete: "off", spellcheck: "false",
    "aria-describedby": context.describedBy, "aria-label": context.label,
    oninput: () => context.changed(),
  });
  return {
    element: input,
    read: () => (input.value.trim() === "" ? undefined : read(input.value)),
    write(value) {
      const text = value === undefined || value === null ? "" : String(value);
      input.type = kind;
      input.value = text;
      // A picker shows only what it knows: `24:00` is a time all the same.
      if (input.value !== text) {
        input.type = "text";
        input.value = text;
      }
    },
    focus: () => input.focus(),
  };
}

function yesNo(context) {
  const name = newId("radio");
  const radio = (value, words) => h("input", { type: "radio", name, id: newId("option"), data: { value }, onchange: () => context.changed() });
  const radios = [radio("true", "Yes"), radio("false", "No")];
  const element = h("div", { class: "segments" }, radios.map((input, index) => [
    input, h("label", { for: input.id }, index === 0 ? "Yes" : "No"),
  ]));
  return {
    element,
    group: true,
    read: () => (radios[0].checked ? true : radios[1].checked ? false : undefined),
    write: (value) => radios.forEach((input) => (input.checked = input.dataset.value === String(value))),
    focus: () => (radios.find((input) => input.checked) ?? radios[0]).focus(),
  };
}

function choice(type, context) {
  const known = context.enums[type.enum] ?? { members: [], open: true };
  if (known.open) return suggested(type, known, context);
  const select = h("select", {
    id: context.id, "aria-describedby": context.describedBy, "aria-label": context.label, onchange: () => context.changed(),
  }, h("option", { value: "" }, "–"), known.members.map((member) => h("option", { value: member.value }, memberWords(type.enum, member))));
  return {
    element: select,
    read: () => (select.value === "" ? undefined : select.value),
    write(value) {
      const text = value ?? "";
      if (text !== "" && ![...select.options].some((option) => option.value === text)) {
        select.append(h("option", { value: text }, text));
      }
      select.value = text;
    },
    focus: () => select.focus(),
  };
}

function suggestions(type, known) {
  const id = newId("list");
  return h("datalist", { id }, known.members.map((member) => h("option", { value: memberWords(type.enum, member) })));
}

/** Finds the member that a text means, or is the beginning of; else it stays what it is. */
function meant(type, known, text) {
  const wanted = text.trim().toLowerCase();
  const words = (member) => memberWords(type.enum, member).toLowerCase();
  const found = known.members.find((member) => member.value.toLowerCase() === wanted || words(member) === wanted);
  const begun = known.members.filter((member) => words(member).startsWith(wanted));
  return (found ?? (begun.length === 1 ? begun[0] : null))?.value ?? text.trim();
}

function suggested(type, known, context) {
  const control = typed({ context, read: (text) => meant(type, known, text) });
  const list = suggestions(type, known);
  control.element.setAttribute("list", list.id);
  return { ...control, element: h("div", {}, control.element, list) };
}

function ticked(type, known, context) {
  const boxes = known.members.map((member) => h("input", {
    type: "checkbox", id: newId("option"), data: { value: member.value }, onchange: () => context.changed(true),
  }));
  const element = h("div", { class: "ticks" }, boxes.map((box, index) =>
    h("label", { for: box.id }, box, h("span", {}, memberWords(type.enum, known.members[index])))));
  let stated = false;
  return {
    element,
    group: true,
    read: () => (stated || boxes.some((box) => box.checked) ? boxes.filter((box) => box.checked).map((box) => box.dataset.value) : undefined),
    write(value) {
      stated = Array.isArray(value);
      boxes.forEach((box) => (box.checked = stated && value.includes(box.dataset.value)));
    },
    touched: () => (stated = true),
    focus: () => boxes[0]?.focus(),
  };
}

/** A set that is typed: each member a chip. */
function chips(inner, context) {
  const known = inner.kind === "enum" ? context.enums[inner.enum] : null;
  let members;
  const list = known && suggestions(inner, known);
  const input = h("input", {
    type: inner.kind === "date" ? "date" : "text", id: context.id, list: list?.id, autocomplete: "off", spellcheck: "false",
    placeholder: "Add…", "aria-describedby": context.describedBy, "aria-label": context.label,
    onkeydown(event) {
      if (event.key === "Enter" || event.key === ",") {
        event.preventDefault();
        add();
      } else if (event.key === "Backspace" && input.value === "" && members?.length) {
        remove(members.length - 1);
      }
    },
    onchange: () => add(),
    oninput(event) {
      // Picked from the list, not typed.
      if (known && !(event instanceof InputEvent && event.inputType !== "insertReplacementText")) add();
    },
  });
  const shown = h("ul", { class: "chips" });
  const element = h("div", { class: "chip-box" }, shown, input, list);
  const words = (value) => valueWords(inner, value, context.enums);

  function add() {
    const text = input.value.trim();
    if (text === "") return;
    const value = known ? meant(inner, known, text) : ["integer", "decimal", "money"].includes(inner.kind) ? number(text) : text;
    members = [...(members ?? []).filter((member) => member !== value), value];
    input.value = "";
    draw();
    context.changed(true);
  }
  function remove(index) {
    members = members.filter((_, at) => at !== index);
    draw();
    input.focus();
    context.changed(true);
  }
  function draw() {
    shown.hidden = !members?.length;
    shown.replaceChildren(...(members ?? []).map((member, index) => h("li", { data: { pointer: `${context.pointer}/${index}` } },
      words(member), h("button", { type: "button", "aria-label": `Remove ${words(member)}`, onclick: () => remove(index) }, "×"))));
  }
  draw();
  return {
    element,
    read: () => members,
    write(value) {
      members = value === undefined || value === null ? undefined : [].concat(value);
      input.value = "";
      draw();
    },
    touched: () => (members ??= []),
    focus: () => input.focus(),
  };
}

function record(type, context) {
  const parts = type.fields.map((field) => {
    const id = newId("part");
    const pointer = `${context.pointer}/${field.key}`;
    const control = makeControl(field.type, { ...context, id, pointer, label: null, changed: () => context.changed(true) });
    const label = field.label ?? field.key.replaceAll("_", " ");
    const element = control.group
      ? h("div", { class: "part", role: "group", "aria-label": label, data: { pointer } }, h("span", { class: "part-label" }, label), control.element)
      : h("div", { class: "part", data: { pointer } }, h("label", { class: "part-label", for: id }, label), control.element);
    return { key: field.key, control, element };
  });
  return {
    element: h("div", { class: "parts" }, parts.map((part) => part.element)),
    group: true,
    read() {
      const entries = parts.map(({ key, control }) => [key, control.read()]).filter(([, value]) => value !== undefined);
      return entries.length > 0 ? Object.fromEntries(entries) : undefined;
    },
    write: (value) => parts.forEach(({ key, control }) => control.write(value?.[key] ?? undefined)),
    focus: () => parts[0]?.control.focus(),
  };
}

function rows(type, context) {
  let controls = [];
  let stated = false;
  const body = h("ol", { class: "rows" });
  const add = h("button", { type: "button", class: "quiet", onclick() {
    push(undefined);
    controls.at(-1).focus();
    context.changed(true);
  } }, "Add a row");
  function push(value) {
    const index = controls.length;
    const control = record(type.of, { ...context, pointer: `${context.pointer}/${index}` });
    control.write(value);
    controls.push(control);
    body.append(h("li", { data: { pointer: `${context.pointer}/${index}` } }, control.element,
      h("button", { type: "button", class: "quiet", "aria-label": `Remove row ${index + 1}`, onclick: () => remove(index) }, "Remove")));
  }
  function remove(index) {
    const left = controls.map((control) => control.read() ?? {}).filter((_, at) => at !== index);
    write(left);
    add.focus();
    context.changed(true);
  }
  function write(value) {
    stated = Array.isArray(value);
    controls = [];
    body.replaceChildren();
    for (const one of stated ? value : []) push(one);
  }
  return {
    element: h("div", {}, body, add),
    group: true,
    read: () => (stated || controls.length > 0 ? controls.map((control) => control.read() ?? {}) : undefined),
    write,
    touched: () => (stated = true),
    focus: () => (controls[0] ?? add).focus(),
  };
}

/** Makes the control of a type. */
export function makeControl(type, context) {
  switch (type.kind) {
    case "yes_no": return yesNo(context);
    case "enum": return choice(type, context);
    case "integer": case "months": case "days": case "minutes":
      return typed({ mode: "numeric", read: number, placeholder: type.kind === "integer" ? undefined : type.kind, context });
    case "decimal": return typed({ mode: "decimal", read: number, context });
    case "money": return typed({ mode: "decimal", read: number, placeholder: type.currency, context });
    case "date": return typed({ kind: "date", context });
    case "time": return typed({ kind: "time", context });
    case "instant": return typed({ placeholder: "2024-12-24T23:59-05:00", context });
    case "period": return typed({ placeholder: "2024-01-01 until 2025-01-01", context });
    case "set": {
      const known = type.of.kind === "enum" ? context.enums[type.of.enum] : null;
      return known && !known.open && known.members.length <= TICKED_MEMBERS ? ticked(type.of, known, context) : chips(type.of, context);
    }
    case "list": return rows(type, context);
    case "record": return record(type, context);
    default: return typed({ context });
  }
}
