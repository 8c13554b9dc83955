export { evidenceOf, limitOf, type AlertRecord, type Evidence } from './alert-record.ts';
export { closedRecords, evaluateWindow, instanceCountMax, type WindowDecision, type WindowInput } from './evaluate-window.ts';
export { episodeId, instanceId, notificationId, transitionId } from './ids.ts';
export { nearest } from './nearest.ts';
export type { RulesProblem } from './problem.ts';
export { renderNotification, type Notification } from './render.ts';
export { webhookUrlProblem } from './rules-checks.ts';
export { formatProblems, parseRules, type RulesParsed } from './rules-file.ts';
export { closeInstance, step, type Sample, type StepResult, type StepRule } from './step.ts';
export {
  inconclusiveReasons,
  severities,
  transitionKinds,
  type Channel,
  type Condition,
  type Instance,
  type Rule,
  type RuleSet,
  type SecretSource,
  type Severity,
  type SeverityLimit,
  type Transition,
  type TransitionKind,
  type Verdict,
} from './types.ts';
export { isComplete, isUnanswerable, verdictOf } from './verdict.ts';
export { signWebhook, verifyWebhook, webhookSecret, type WebhookHeaders, type WebhookSecret } from './webhook-signature.ts';
