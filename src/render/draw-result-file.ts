import { writeJsonText } from '../core/escape-text.ts';
import type { RunReport } from '../core/report.ts';
import { shortRun } from './describe-header.ts';
import { reportToCsv } from './report-to-csv.ts';
import { reportToJson } from './report-to-json.ts';

/** `7f3a.csv`: safe as a file's name whatever the run is called. */
export const nameResultFile = (run: string, format: 'csv' | 'json'): string =>
  `${shortRun(run).replace(/[^0-9A-Za-z-]/g, '') || 'run'}.${format}`;

/** Everything that a run brought, as a file: what its cards leave out or cut is in here. */
export function drawResultFile(
  report: RunReport,
  format: 'csv' | 'json',
): { readonly name: string; readonly title: string; readonly content: string } {
  const { run } = report.header;
  return {
    name: nameResultFile(run, format),
    title: `Results of run ${shortRun(run)}`,
    content: format === 'csv' ? reportToCsv(report) : `${writeJsonText(reportToJson(report))}\n`,
  };
}
