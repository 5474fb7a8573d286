/** A series in the text format of Prometheus: its name, and its labels. */
const seriesPattern = /^(?<name>[a-z_0-9]+)(?:{(?<labels>.*)})? \S+$/gm;

/** Lists the metrics of a text: name, type and the labels that its series have. */
export function listMetrics(text: string): string[] {
  return [...text.matchAll(/^# TYPE (?<name>\S+) (?<type>\S+)$/gm)].map(({ groups = {} }) => {
    const { name = '', type = '' } = groups;
    const labels = new Set<string>();
    for (const { groups: series = {} } of text.matchAll(seriesPattern)) {
      if (series.name?.replace(/_(?:bucket|count|sum)$/, '') !== name && series.name !== name) continue;
      for (const label of listLabels(series.labels)) labels.add(label);
    }
    return `${name} ${type} {${[...labels].sort().join(', ')}}`;
  });
}

/** Lists the names of all series and of all their labels. */
export function listNames(text: string): string[] {
  return [...text.matchAll(seriesPattern)].flatMap(({ groups = {} }) => [
    groups.name ?? '',
    ...listLabels(groups.labels),
  ]);
}

function listLabels(labels = ''): string[] {
  return [...labels.matchAll(/([a-z_0-9]+)="/g)].map(([, label]) => String(label));
}
