// The report of a run, to be kept beside the upgraded file: as JSON for programs and as Markdown for people.

import { describeMeaning } from '../../functions/meaning';
import { placeOf, type Statement } from '../../script/statement';
import { describeLoss, summariseLosses } from '../losses/loss';
import type { PageChanges } from '../proofs/pageProof';
import { isFine, type Proof, type ProofCode } from '../proofs/proof';
import { describeRoundTrip, ROUND_TRIP_LABELS, summariseRoundTrips } from '../roundTrip/describe';
import type { RoundTrip } from '../roundTrip/roundTrip';
import { counted, duration, figure } from '../../words';
import type { Warning } from '../warning';
import { countVerdicts, VERDICTS, wordOf, type Choices, type StatementOutcome } from '../outcome';

/** A file that a report speaks of. The hash is null where it was not computed: on large files it waits to be asked for. */
export interface ReportedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string | null;
}

/** The dropped database, with each file beside it from which it was recovered, or which lay there and could not be used. */
export interface ReportedInput extends ReportedFile {
  readonly sidecars: readonly ReportedFile[];
}

/** Something that was known of the file before the run; `agreed` is what the user ticked to go on in spite of it, or null. */
interface ReportedFinding {
  readonly code: string;
  readonly sentence: string;
  readonly agreed: string | null;
}

/** A check that was not made, and why. */
export interface UnmadeCheck {
  readonly code: ProofCode;
  readonly title: string;
  readonly reason: string;
}

/** What a report is made of. Times are in milliseconds, sizes in bytes. */
export interface ReportSource {
  readonly input: ReportedInput;
  /** Null where the run was rolled back and there is no result. */
  readonly output: ReportedFile | null;
  readonly script: string;
  readonly choices: Choices;
  readonly engineVersion: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly milliseconds: number;
  /** With putting the result together, without the proofs. */
  readonly totalMilliseconds: number;
  /** What the run wrote and held in memory, in bytes. */
  readonly writtenBytes: number;
  readonly statements: readonly Statement[];
  readonly outcomes: readonly StatementOutcome[];
  /** What the plan warned of, silenced warnings included. */
  readonly warnings: readonly Warning[];
  readonly proofs: readonly Proof[];
  readonly notMade: readonly UnmadeCheck[];
  readonly findings: readonly ReportedFinding[];
  /** What going up and down again came to for each migration; left out where that was not rehearsed. */
  readonly roundTrips?: readonly RoundTrip[];
  /** What the run did to the pages of the file; null where there is no result. */
  readonly pages: ReportedPages | null;
}

/** Pages of a run, in numbers. */
export interface ReportedPages {
  /** In bytes. */
  readonly pageSize: number;
  readonly input: number;
  /** Pages of the input that have other bytes in the result. */
  readonly changed: number;
  readonly result: number;
}

/** What a report says of the pages of a run. */
export function pageFigures({ pageSize, inputPages, resultPages, changed }: PageChanges): ReportedPages {
  return { pageSize, input: inputPages, changed: changed.length, result: resultPages };
}

/** The number of the JSON report's format; it changes when a field changes its meaning. */
const REPORT_FORMAT = 1;

/** The report as JSON text, indented. */
export function reportAsJson(source: ReportSource): string {
  const { statements, outcomes, warnings, proofs, notMade, ...facts } = source;
  const report = {
    format: REPORT_FORMAT,
    tool: 'SQLite Drydock',
    ...facts,
    counts: countVerdicts(outcomes),
    statements: outcomes.map((outcome) => {
      const statement = statements[outcome.ordinal - 1];
      const { ordinal, milliseconds, ...rest } = outcome;
      return {
        ordinal,
        file: statement?.file ?? null,
        firstLine: statement?.firstLine ?? null,
        lastLine: statement?.lastLine ?? null,
        sql: statement?.text ?? null,
        milliseconds: Number(milliseconds.toFixed(3)),
        ...rest,
      };
    }),
    warnings: warnings.map(({ fix, ...warning }) => ({ ...warning, fix: fix?.label ?? null })),
    proofs,
    notMade,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** The report as Markdown text. */
export function reportAsMarkdown(source: ReportSource): string {
  const { input, output, choices, statements, outcomes, proofs, notMade, pages } = source;
  const counts = countVerdicts(outcomes);
  const lines = [
    `# Upgrade of ${inText(input.name)}`,
    '',
    output === null
      ? 'The run stopped and everything was rolled back. There is no result.'
      : `The run finished. ${summary(proofs, notMade)}`,
    '',
    '| | |',
    '| --- | --- |',
    `| Script | ${inText(source.script)} |`,
    `| Input | ${inText(input.name)}, ${counted(input.size, 'byte')} |`,
    `| Input SHA-256 | ${hashOf(input)} |`,
    ...input.sidecars.flatMap((sidecar) => [
      `| Read along | ${inText(sidecar.name)}, ${counted(sidecar.size, 'byte')} |`,
      `| Its SHA-256 | ${hashOf(sidecar)} |`,
    ]),
    ...(output === null
      ? []
      : [
          `| Output | ${inText(output.name)}, ${counted(output.size, 'byte')} |`,
          `| Output SHA-256 | ${hashOf(output)} |`,
        ]),
    ...(pages === null
      ? []
      : [
          `| Pages | ${figure(pages.changed)} of ${figure(pages.input)} written, ${figure(pages.result)} in the result, ${pages.pageSize} bytes each |`,
        ]),
    `| Existing rows get | ${choices.existingRows === 'null' ? 'NULL' : 'the time of the upgrade'} |`,
    `| Strict | ${choices.strict ? 'on' : 'off'} |`,
    `| Foreign keys while it ran | ${choices.foreignKeys} |`,
    ...(choices.meanings ?? []).map((meaning) => `| Of your application | ${inText(describeMeaning(meaning))} |`),
    `| Started | ${source.startedAt} |`,
    `| Statements took | ${duration(source.milliseconds)} |`,
    `| With putting the result together | ${duration(source.totalMilliseconds)} |`,
    `| SQLite | ${source.engineVersion} |`,
    `| Verdicts | ${VERDICTS.filter((verdict) => counts[verdict] > 0)
      .map((verdict) => `${counts[verdict]} ${wordOf(verdict)}`)
      .join(', ')} |`,
    '',
    ...findingLines(source.findings),
    ...lossLines(statements, outcomes),
    ...warningLines(source.warnings),
    ...roundTripLines(source.roundTrips ?? []),
    '## Checks',
    '',
    ...(proofs.length === 0
      ? ['None: the run was rolled back, so there is no result to check.']
      : proofs.flatMap(proofLines)),
    ...notMade.map(({ code, title, reason }) => `- **NOT MADE** ${title} (\`${code}\`): ${inText(reason)}`),
    '',
    '## Statements',
    '',
    ...outcomes.flatMap((outcome) => statementLines(outcome, statements[outcome.ordinal - 1])),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function summary(proofs: readonly Proof[], notMade: readonly UnmadeCheck[]): string {
  if (!proofs.every(isFine)) return 'Not every check passed: see below.';
  return notMade.length === 0
    ? 'Every check passed.'
    : `Every check that was made passed; ${counted(notMade.length, 'check')} not made: see below.`;
}

function findingLines(findings: readonly ReportedFinding[]): readonly string[] {
  if (findings.length === 0) return [];
  const lines = findings.map(
    ({ code, sentence, agreed }) =>
      `- ${inText(sentence)} (\`${code}\`)${agreed === null ? '' : ` **Agreed to:** ${inText(agreed)}.`}`,
  );
  return ['## Findings about the file', '', ...lines, ''];
}

function lossLines(statements: readonly Statement[], outcomes: readonly StatementOutcome[]): readonly string[] {
  const summary = summariseLosses(statements, outcomes);
  return summary === null ? [] : ['## Data that the script deletes', '', inText(summary), ''];
}

function warningLines(warnings: readonly Warning[]): readonly string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.map(({ code, ordinal, severity, sentence, remedy, ignored }) => {
    const label = ignored === null ? severity.toUpperCase() : 'SILENCED';
    const rest = ignored === null ? remedy : ignored === '' ? 'No reason is given.' : `Reason: ${ignored}`;
    return `- **${label}** (\`${code}\`, statement ${ordinal}) ${inText(sentence)} ${inText(rest)}`;
  });
  return ['## Warnings of the plan', '', ...lines, ''];
}

function roundTripLines(trips: readonly RoundTrip[]): readonly string[] {
  if (trips.length === 0) return [];
  const lines = trips.flatMap((trip) => [
    `- **${ROUND_TRIP_LABELS[trip.result].toUpperCase()}** ${inText(trip.name)}: ${inText(describeRoundTrip(trip))}`,
    ...trip.remains.map(({ sentence }) => `  - ${inText(sentence)}`),
  ]);
  return ['## Up and down again', '', inText(summariseRoundTrips(trips)), '', ...lines, ''];
}

function hashOf({ sha256 }: ReportedFile): string {
  return sha256 === null ? 'not computed' : `\`${sha256}\``;
}

function proofLines({ title, code, result, sentence, details }: Proof): readonly string[] {
  return [
    `- **${result.toUpperCase()}** ${title} (\`${code}\`): ${inText(sentence)}`,
    ...details.map((detail) => `  - ${inText(detail)}`),
  ];
}

function statementLines(outcome: StatementOutcome, statement: Statement | undefined): readonly string[] {
  const lines = statement ? inText(placeOf(statement)) : '';
  const time = outcome.verdict === 'not run' ? '' : `, ${duration(outcome.milliseconds)}`;
  const changes = outcome.changes > 0 ? `, ${counted(outcome.changes, 'row')}` : '';
  return [
    `### ${outcome.ordinal}. ${wordOf(outcome.verdict)} (${lines}${time}${changes})`,
    '',
    ...fenced(statement?.text ?? ''),
    ...(outcome.loss === null ? [] : [`**Deletes data:** it ${inText(describeLoss(outcome.loss))}.`, '']),
    ...(outcome.note === null ? [] : [inText(outcome.note), '']),
    ...(outcome.executed === null ? [] : ['What ran instead:', '', ...fenced(outcome.executed.join(';\n') + ';')]),
    ...(outcome.failure === null
      ? []
      : [
          `${outcome.failure.refused ? 'Refused' : 'SQLite'}: ${inText(outcome.failure.message)}`,
          '',
          inText(`${outcome.failure.explanation} ${outcome.failure.wayOut}`),
          '',
        ]),
    ...(outcome.drift === null
      ? []
      : [
          `What is there differs from what the script asks for, in ${inText(outcome.drift.subject)}:`,
          '',
          ...outcome.drift.differences.map(
            ({ aspect, there, asked }) => `- ${inText(aspect)}: there ${inText(there)}, asked for ${inText(asked)}`,
          ),
          '',
        ]),
  ];
}

/** A fence that no run of backticks inside the text can close. */
function fenced(text: string): readonly string[] {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sql`, text, fence, ''];
}

/** Names and values of a database are data: they must not become Markdown. */
function inText(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&').replaceAll(/\s*\n\s*/g, ' ');
}
