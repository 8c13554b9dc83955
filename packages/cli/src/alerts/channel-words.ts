import { plainText } from '@vigie/alerting';
import type { Alert } from './alerts-of.ts';
import type { ChannelState } from './channel-states.ts';
import { momentText } from './words.ts';

interface At {
  readonly nowMs: number;
  readonly zone: string;
}

/** log: told 15:01 */
export function channelText(state: ChannelState, at: At): string {
  return `${state.channel}: ${stateText(state, at)}`;
}

function stateText(state: ChannelState, at: At): string {
  switch (state.kind) {
    case 'told':
      return `told ${momentText(state.atMs, at)}`;
    case 'soon':
      return 'not told yet, with the next message of its group';
    case 'held':
      return `not told, ${state.reason}${state.untilMs === null ? '' : ` until ${momentText(state.untilMs, at)}`}`;
    case 'sending':
      if (state.reason === null) return 'being sent';
      return `attempt ${state.attempt} failed (${plainText(state.reason)}), next ${momentText(state.dueMs, at)}`;
    case 'lost':
      return `LOST ${momentText(state.atMs, at)} (${plainText(state.reason)}); vigie alerts retry sends it again`;
    case 'off':
      return `OFF (${plainText(state.reason)}); vigie alerts enable ${state.channel}`;
  }
}

/** What holds back the word of an alert, and who did it. */
export function overlayTexts({ acknowledgement, silence, inhibitedBy }: Alert, at: At): readonly string[] {
  const said = (comment: string): string => (comment === '' ? '' : `: ${plainText(comment)}`);
  return [
    ...(acknowledgement === null
      ? []
      : [
          `acknowledged by ${plainText(acknowledgement.author)} at ${momentText(acknowledgement.atMs, at)}${said(acknowledgement.comment)}`,
        ]),
    ...(silence === null
      ? []
      : [`silenced until ${momentText(silence.endsMs, at)} by ${plainText(silence.author)}${said(silence.comment)}`]),
    ...(inhibitedBy === null ? [] : [`held while an alert of ${inhibitedBy.rule} fires, which explains it`]),
  ];
}
