/** A report as a table. */
import { formatTable } from '../../lib/cli/table.ts';
import { type Figure, findDifference, findEarlier, judge, type Report } from './report.ts';

const COLUMNS = 120;
const HEAD = ['bench', 'what', 'value', 'target', '', 'before'];

/** Lines of the table; beside each figure stands that of an earlier run of the same machine. */
export async function formatReport(report: Report, earlier: Report | null): Promise<string[]> {
  const { machine } = report;
  const difference = earlier && findDifference(report, earlier);
  const comparable = difference === null ? earlier : null;
  const rows = report.figures.map((figure) => {
    const { bench, name, value, unit, target } = figure;
    const shownTarget = target === null ? '' : `≤ ${formatValue(target, unit)}`;
    const before = findEarlier(comparable, figure);
    const change = before === null ? '' : formatChange(figure, before);
    return [bench, name, formatValue(value, unit), shownTarget, judge(figure), change];
  });
  const load = Object.entries(report.load).map(([bench, one]) => `${bench} ${one.toFixed(1)}`);
  return [
    `world ${report.world}, ${report.startedAt}`,
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryMb} MB, Node ${machine.node}`,
    `load when each began: ${load.join(', ')}`,
    ...(typeof difference === 'string' ? [`not compared with the earlier run: ${difference}`] : []),
    '',
    ...(await formatTable([HEAD, ...rows], COLUMNS)),
  ];
}

function formatValue(value: number, unit: Figure['unit']): string {
  return unit === '' ? String(value) : `${value} ${unit}`;
}

function formatChange({ value }: Figure, before: Figure): string {
  const shown = formatValue(before.value, before.unit);
  if (before.value === 0) return shown;
  const percent = Math.round(((value - before.value) / before.value) * 100);
  return `${shown} (${percent > 0 ? '+' : ''}${percent} %)`;
}
