/** The drawing of charts, fetched with the first of them. */
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

export interface Drawing {
  categories: string[];
  series: { name: string; values: (number | null)[] }[];
  kind: "bar" | "line";
  stacked: boolean;
  unit: string;
  colours: string[];
  ink: string;
  line: string;
  card: string;
}

/** Draw a chart in a place of the page; what is given back takes it away again. */
export function draw(place: HTMLElement, drawing: Drawing): () => void {
  const chart = init(place, null, { renderer: "svg" });
  const { ink, line, card } = drawing;
  // "inherit" is measured wrongly, so the font has to be named.
  const fontFamily = getComputedStyle(place).fontFamily;
  chart.setOption({
    aria: { enabled: true, decal: { show: drawing.kind === "bar" && drawing.series.length > 1 } },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily },
    color: drawing.colours,
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: card, borderColor: line, textStyle: { color: ink, fontFamily } },
    legend: { show: drawing.series.length > 1, top: 0, left: 0, textStyle: { color: ink, fontFamily } },
    grid: { left: 8, right: 8, top: drawing.series.length > 1 ? 44 : 20, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: drawing.categories, axisLabel: { color: ink, hideOverlap: true }, axisLine: { lineStyle: { color: line } } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { color: ink, formatter: `{value}${drawing.unit}` }, splitLine: { lineStyle: { color: line } } },
    series: drawing.series.map(({ name, values }) => ({
      name,
      type: drawing.kind,
      data: values,
      barMaxWidth: 36,
      ...(drawing.stacked ? { stack: "all" } : {}),
    })),
  });
  const watch = new ResizeObserver(() => chart.resize());
  watch.observe(place);
  return () => {
    watch.disconnect();
    chart.dispose();
  };
}
