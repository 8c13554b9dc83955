import { type AlertRecord, plainText } from '@vigie/alerting';
import type { Output } from '../console/output.ts';
import { judgedText, limitText, localText, sliceText } from './words.ts';

type Colors = Output['colors'];

const kindWidth = 'DEESCALATED critical'.length;

/** One transition in one line: when, what, of what, by which number. */
export function recordLine(record: AlertRecord, { zone }: { zone: string }, colors: Colors): string {
  const { transition, rule, slice, limit, backfilled } = record;
  const what = `${transition.kind.toUpperCase()} ${transition.kind === 'resolved' ? '' : transition.severity}`.trim().padEnd(kindWidth);
  const name = [plainText(rule.name), sliceText(slice)].filter((part) => part !== '').join(' ');
  const why =
    transition.reason === 'rule_removed'
      ? 'the rule was removed or regrouped'
      : [judgedText(record), limit === null ? '' : `limit ${limitText(limit, record, { unit: 'count', currency: '' })}`]
          .filter((part) => part !== '')
          .join(', ');
  return `${localText(transition.windowEndMs, zone)}  ${colorOf(record, colors)(what)}  ${name}: ${why}${backfilled ? colors.dim(' (judged late)') : ''}`;
}

function colorOf({ transition }: AlertRecord, colors: Colors): (text: string) => string {
  if (transition.kind === 'resolved') return colors.green;
  return transition.severity === 'critical' ? colors.red : transition.severity === 'warning' ? colors.yellow : colors.blue;
}
