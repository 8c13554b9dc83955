import { explain, explainSql, type KpiAnswer } from '@vigie/kpis';
import type { KpiQuestion, KpiReply } from './ask-kpi.ts';

export interface Explained {
  readonly answer: KpiAnswer;
  readonly text: string;
  readonly sql: string;
}

/** Every number of a reply with its formula filled in, and the SQL an analyst types for it. */
export function explainReply({ def }: KpiQuestion, reply: KpiReply, viewDatabase: string): Explained[] {
  const answers = reply.slices.length > 0 ? reply.slices : reply.total === null ? [] : [reply.total];
  return answers.map((answer) => ({ answer, text: explain(answer, def), sql: explainSql(def, answer, viewDatabase) }));
}
