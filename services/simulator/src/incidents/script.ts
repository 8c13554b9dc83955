import { parseDocument } from 'yaml';
import { type Incident, IncidentError, readIncident } from './incident.ts';

const incidentCountMax = 1_000;

/**
 * Reads a script of incidents (YAML): `version: 1` and a list `incidents`.
 *
 * Errors   IncidentError with every problem of every incident
 */
export function readScript(text: string, file: string): Incident[] {
  const document = parseDocument(text);
  const broken = document.errors[0];
  if (broken !== undefined) throw new IncidentError(`${file}: expected YAML, found ${broken.message}`);
  const read: unknown = document.toJS();
  const { version, incidents, ...others }: { version?: unknown; incidents?: unknown } = Object(read ?? {});
  const problems: string[] = [];
  if (version !== 1) problems.push(`${file}: version: expected 1, found ${JSON.stringify(version) ?? 'nothing'}`);
  for (const key of Object.keys(others)) problems.push(`${file}: unknown key ${key}. There are version and incidents`);
  const list: unknown[] = Array.isArray(incidents) ? incidents : [];
  if (!Array.isArray(incidents)) problems.push(`${file}: incidents: expected a list, found ${JSON.stringify(incidents) ?? 'nothing'}`);
  if (list.length > incidentCountMax) problems.push(`${file}: incidents: expected at most ${incidentCountMax}, found ${list.length}`);
  const found: Incident[] = [];
  for (const [index, given] of list.entries()) {
    try {
      found.push(readIncident(given, `${file}: incidents[${index}]`));
    } catch (error) {
      if (!(error instanceof IncidentError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new IncidentError(problems.join('\n'));
  return found;
}
