// Charts: [data-chart] holds its options as JSON; ECharts is fetched only on pages that have one, after the first paint.
// Colours named "--accent" and the like are taken from the theme. Tooltips are drawn, not HTML, for the strict CSP.
const charts = new Map();

function resolve(value, style) {
  if (typeof value === "string" && value.startsWith("--")) return style.getPropertyValue(value).trim();
  if (Array.isArray(value)) return value.map((one) => resolve(one, style));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolve(one, style)]));
  return value;
}
// an axis in the theme's colours: the library's own are made for white paper
function axis(given) {
  if (Array.isArray(given)) return given.map(axis);
  return {
    ...given,
    axisLabel: { color: "--ink-3", ...given.axisLabel },
    axisLine: { lineStyle: { color: "--line-2" }, ...given.axisLine },
    splitLine: { lineStyle: { color: "--line" }, ...given.splitLine },
  };
}
function draw(host) {
  const style = getComputedStyle(document.documentElement);
  const given = JSON.parse(host.querySelector("script").textContent);
  const options = {
    animation: false,
    color: ["--lv-2", "--lv-3", "--warn-fill", "--ok-fill", "--lv-1", "--danger"],
    textStyle: { fontFamily: style.getPropertyValue("--font"), color: "--ink-2", fontSize: 12 },
    grid: { left: 8, right: 12, top: 24, bottom: 4, containLabel: true },
    ...given,
    ...Object.fromEntries(["xAxis", "yAxis"].filter((name) => given[name]).map((name) => [name, axis(given[name])])),
    tooltip: { trigger: "axis", renderMode: "richText", ...given.tooltip },
  };
  let chart = charts.get(host);
  if (!chart) {
    const canvas = document.createElement("div");
    canvas.className = "chart";
    host.append(canvas);
    chart = window.echarts.init(canvas, null, { height: host.clientHeight });
    charts.set(host, chart);
    chart.on("click", (point) => point.data?.url && location.assign(point.data.url)); // no dead number
    new ResizeObserver(() => chart.resize({ width: host.clientWidth, height: host.clientHeight })).observe(host);
  }
  chart.setOption(resolve(options, style), true);
}
async function mount(root) {
  const hosts = [...root.querySelectorAll("[data-chart]")].filter((host) => !charts.has(host));
  if (!hosts.length) return;
  if (!window.echarts) await import("../../vendor/echarts.js");
  for (const host of hosts) draw(host);
}
const redraw = () => charts.forEach((chart, host) => (host.isConnected ? draw(host) : (chart.dispose(), charts.delete(host))));
document.addEventListener("zhike:look", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.addEventListener("htmx:load", (event) => mount(event.detail.elt));
requestAnimationFrame(() => setTimeout(() => mount(document)));
