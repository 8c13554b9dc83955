import type { ChannelEntry } from './channel-schema.ts';
import { unknownName, type Draft, type Finding } from './finding.ts';

export function checkChannels(draft: Draft): Finding[] {
  return [
    ...[...draft.channels].flatMap(([name, channel]) => (channel === null ? [] : checkChannel(name, channel, draft))),
    ...checkRings(draft),
  ];
}

/** Names that a route or a fallback may give: `log` is always there. */
export function channelNames({ channels }: Draft): readonly string[] {
  return ['log', ...[...channels.keys()].filter((name) => name !== 'log')];
}

function checkChannel(name: string, channel: ChannelEntry, draft: Draft): Finding[] {
  const at = (...keys: string[]) => ['channels', name, ...keys];
  const findings: Finding[] = [];
  if ('url' in channel && channel.url !== undefined) {
    const text = webhookUrlProblem(channel.url, channel.allow_private_hosts ?? []) ?? baseUrlProblem(channel);
    if (text !== null) findings.push({ path: at('url'), text });
  }
  if (
    channel.type === 'email' &&
    channel.tls === 'none' &&
    channel.user !== undefined &&
    !channel.allow_private_hosts?.includes(channel.host)
  ) {
    const text =
      "expected starttls or implicit where a password is sent, found none. Without it only to hosts of this channel's allow_private_hosts.";
    findings.push({ path: at('tls'), text });
  }
  const fallback = fallbackOf(channel);
  if (fallback === name) findings.push({ path: at('fallback'), text: `expected another channel than ${name} itself` });
  else if (fallback !== null && !channelNames(draft).includes(fallback)) {
    const others = channelNames(draft).filter((other) => other !== name);
    findings.push({ path: at('fallback'), text: unknownName('a channel that is declared under channels', fallback, others) });
  }
  return findings;
}

function fallbackOf(channel: ChannelEntry | null | undefined): string | null {
  return channel && 'fallback' in channel ? (channel.fallback ?? null) : null;
}

/** Channels that hand on to each other in a ring would tell nobody; each ring is told once, at the channel of it that comes first in the file. */
function checkRings({ channels }: Draft): Finding[] {
  const told = new Set<string>();
  return [...channels.keys()].flatMap((start) => {
    const way: string[] = [];
    let name: string | null = start;
    while (name !== null && !way.includes(name) && !told.has(name)) {
      way.push(name);
      name = fallbackOf(channels.get(name));
    }
    for (const passed of way) told.add(passed);
    const ring = name === null ? [] : way.slice(way.indexOf(name));
    // A channel that falls back to itself is told where that is written.
    if (name === null || !way.includes(name) || ring.length < 2) return [];
    const text = `expected fallbacks that end somewhere, found a ring: ${[...ring, name].join(' -> ')}`;
    return [{ path: ['channels', name, 'fallback'], text }];
  });
}

/** The URL may hold a token: what was found is described, not shown. */
export function webhookUrlProblem(text: string, allowPrivateHosts: readonly string[]): string | null {
  if (!URL.canParse(text))
    return 'expected a URL such as https://example.org/hook, found something that is none (not shown, it may be secret)';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '')
    return 'expected a URL without user and password, found one with them. Receivers check the signature instead.';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:' && allowPrivateHosts.includes(url.hostname)) return null;
  return `expected https, found ${url.protocol}// to ${url.hostname}. Plain http is only for hosts listed in this channel's allow_private_hosts.`;
}

function baseUrlProblem(channel: ChannelEntry): string | null {
  if (channel.type !== 'alertmanager') return null;
  const { pathname, search, hash } = new URL(channel.url);
  if (/\/api\/v\d+/u.test(pathname)) return 'expected the base URL, found one that has /api in it. Vigie adds /api/v2/alerts itself.';
  return search === '' && hash === '' ? null : 'expected a base URL, found one with a query or fragment';
}
