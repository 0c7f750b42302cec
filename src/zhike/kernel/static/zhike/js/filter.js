// The filter's conditions. The form carries one parameter `filter`: {"all": [condition | {"any": [condition, …]}, …]},
// condition = {"field", "op", "value"}. The server draws the chips; this editor changes the tree and sends the form.
import { element, say } from "./page.js";
import { ticked } from "./pick.js";

// how a value is asked for, by operator; otherwise by the kind of the field
const BY_OPERATOR = { empty: "none", filled: "none", between: "range", last_days: "number", older_days: "number", next_days: "number", this: "span" };
const SPANS = ["week", "month", "quarter", "year"];
const INPUTS = { number: "number", money: "number", date: "date", datetime: "date", text: "search" };

export default () => ({
  open: false,
  wantsValue: true,
  canAlternate: false,
  path: "",
  into: "",

  init() {
    this.form = this.$el.closest("form");
    const hidden = this.form.elements.namedItem("filter");
    const given = hidden.value ? JSON.parse(hidden.value) : { all: [] };
    this.tree = given.all ? given : { all: given.any?.length === 1 ? given.any : [given] };
    this.form.addEventListener("click", (event) => this.clicked(event));
  },
  /** What can be filtered by is asked for once, when somebody first edits: most readers of a list never do. */
  async load() {
    if (this.fields) return;
    const answer = await fetch(this.form.dataset.fields, { headers: { Accept: "application/json" } });
    this.fields = (await answer.json()).fields;
    for (const field of this.fields) this.$refs.field.append(element("option", { value: field.name }, field.label));
  },
  async clicked(event) {
    const button = event.target.closest("[data-filter-add], [data-filter-edit], [data-filter-drop], [data-filter-or]");
    if (!button) return;
    const { filterEdit: edit, filterDrop: drop, filterOr: or } = button.dataset;
    if (drop !== undefined) return this.drop(drop);
    await this.load();
    this.path = edit ?? "";
    this.into = or ?? "";
    const condition = edit === undefined ? null : this.at(edit);
    this.canAlternate = edit === undefined && or === undefined && this.tree.all.length > 0;
    this.$refs.alternative.checked = false;
    this.$refs.field.value = condition?.field || this.fields[0]?.name;
    this.pickField();
    if (condition) {
      this.$refs.operator.value = condition.op;
      this.pickOperator();
      await this.fill(condition.value);
    }
    this.open = true;
    this.$nextTick(() => this.$refs.field.focus());
  },
  field() {
    return this.fields.find((field) => field.name === this.$refs.field.value);
  },
  pickField() {
    this.$refs.operator.replaceChildren(...this.field().operators.map((one) => element("option", { value: one.name }, one.label)));
    this.pickOperator();
  },
  pickOperator() {
    const field = this.field();
    const operator = field.operators.find((one) => one.name === this.$refs.operator.value);
    const input = operator?.input || BY_OPERATOR[operator?.name] || (field.choices ? "choices" : field.pick ? "records" : field.kind);
    this.wantsValue = input !== "none";
    this.$refs.value.replaceChildren(...this.controls(input, field));
  },
  controls(input, field) {
    if (input === "none") return [];
    if (input === "bool") return [element("select", { name: "", "aria-label": field.label }, element("option", { value: "true" }, say("yes")), element("option", { value: "false" }, say("no")))];
    if (input === "span") return [element("select", { "aria-label": field.label }, ...SPANS.map((span) => element("option", { value: span }, say(span))))];
    if (input === "choices") {
      const ticks = field.choices.map((choice) => element("label", { class: "tick" }, element("input", { type: "checkbox", value: choice.value }), choice.label));
      return [element("div", { class: "choices" }, ...ticks)];
    }
    if (input === "records") return [ticked(field.pick, field.label)];
    const type = INPUTS[input] || INPUTS[field.kind] || "search";
    const one = () => element("input", { type, step: "any", "aria-label": field.label });
    return input === "range" ? [element("div", { class: "row-x" }, one(), say("and"), one())] : [one()];
  },
  value() {
    const ticks = [...this.$refs.value.querySelectorAll("input[type=checkbox]")];
    if (ticks.length || this.$refs.value.querySelector(".choices")) return ticks.filter((tick) => tick.checked).map((tick) => tick.value);
    const entered = [...this.$refs.value.querySelectorAll("input, select")].map((control) => control.value);
    if (this.field().kind === "bool") return entered[0] === "true";
    if (["number", "money"].includes(this.field().kind) || /_days$/.test(this.$refs.operator.value)) return entered.length > 1 ? entered.map(Number) : entered[0] && Number(entered[0]);
    return entered.length > 1 ? entered : (entered[0] ?? null);
  },
  async fill(value) {
    const values = [value].flat().map(String);
    await this.$refs.value.querySelector("[data-ticked]")?.show(values);
    const controls = [...this.$refs.value.querySelectorAll("input, select")];
    controls.forEach((control, index) => {
      if (control.type === "checkbox") control.checked = values.includes(control.value);
      else control.value = values[index] ?? "";
    });
  },
  at(path) {
    return path.split(".").reduce((node, step) => (node.all || node.any)[step], this.tree);
  },
  apply() {
    const condition = { field: this.$refs.field.value, op: this.$refs.operator.value };
    if (this.wantsValue) condition.value = this.value();
    const empty = condition.value === "" || condition.value === undefined || (Array.isArray(condition.value) && !condition.value.some(Boolean));
    if (this.wantsValue && empty) return this.$refs.value.querySelector("input")?.focus();
    if (this.path) Object.assign(this.clean(this.at(this.path)), condition);
    else if (this.into) this.at(this.into).any.push(condition);
    else if (this.$refs.alternative.checked) this.alternative(condition);
    else this.tree.all.push(condition);
    this.send();
  },
  clean(node) {
    for (const key of Object.keys(node)) delete node[key];
    return node;
  },
  alternative(condition) {
    const previous = this.tree.all.pop();
    this.tree.all.push(previous.any ? { any: [...previous.any, condition] } : { any: [previous, condition] });
  },
  drop(path) {
    const [outer, inner] = path.split(".").map(Number);
    const group = this.tree.all[outer];
    if (inner === undefined) this.tree.all.splice(outer, 1);
    else group.any.splice(inner, 1);
    if (group?.any?.length === 1) this.tree.all[outer] = group.any[0];
    this.send();
  },
  send() {
    this.open = false;
    this.form.elements.namedItem("filter").value = this.tree.all.length ? JSON.stringify(this.tree) : "";
    this.form.requestSubmit();
  },
  close() {
    this.open = false;
    this.form.querySelector("[data-filter-add]").focus();
  },
});
