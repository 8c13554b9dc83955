export { evidenceOf, limitOf, limitsFor, type AlertRecord, type Evidence, type Explanation } from './evaluate/alert-record.ts';
export { baselineWindow } from './evaluate/change.ts';
export { driverTable, lastOkWindowEnd, type DriverTable } from './evaluate/drivers.ts';
export { closedRecords, evaluateWindow, sliceOf, type WindowDecision, type WindowInput } from './evaluate/evaluate-window.ts';
export { failedHealth } from './evaluate/health.ts';
export { episodeId, instanceId, notificationId, transitionId } from './ids.ts';
export { nearest } from './rules/nearest.ts';
export type { RulesProblem } from './rules/problem.ts';
export type { EmailBody } from './channels/render-email.ts';
export type { KafkaBody } from './channels/render-kafka.ts';
export { renderMessage } from './channels/render-message.ts';
export { explainCommand } from './channels/alert-text.ts';
export { cutText, plainText } from './channels/plain-text.ts';
export { changeOf, changeWithUnit, shownJudged, shownMeasure, shownValue, withUnit } from './channels/shown-number.ts';
export { webhookUrlProblem } from './rules/check-channels.ts';
export { rulesFileJsonSchema } from './rules/json-schema.ts';
export { formatProblems, parseRules, type RulesParsed } from './rules/rules-file.ts';
export {
  inconclusiveReasons,
  severities,
  severityRank,
  transitionKinds,
  type Channel,
  type Condition,
  type Instance,
  type PipelineSignal,
  type Reading,
  type Rule,
  type RuleHealth,
  type RuleSet,
  type SecretSource,
  type Severity,
  type SeverityLimit,
  type Transition,
  type TransitionKind,
  type Verdict,
} from './types.ts';
export { isComplete, isUnanswerable, verdictOf } from './evaluate/verdict.ts';
export { signWebhook, verifyWebhook, webhookSecret, type WebhookHeaders, type WebhookSecret } from './channels/webhook-signature.ts';
export { eventsExpected, type HourCount } from './signals/event-rhythm.ts';
export { messageText } from './announce/group-text.ts';
export { inhibitorOf } from './announce/inhibition.ts';
export { labelsOf } from './announce/labels.ts';
export { matcherForm, matcherText, matches, parseMatcher } from './announce/matcher.ts';
export { isMuted, muteEndMs } from './announce/mute-timing.ts';
export { planLane } from './announce/plan-lane.ts';
export { lanesBeside, lanesOfRecord } from './announce/address-record.ts';
export { laneRules } from './announce/lane-rules.ts';
export { laneOf, routeById, routesOf } from './announce/route.ts';
export { activeSilence, silenceProblem } from './announce/silence.ts';
export type {
  Acknowledgement,
  AlertLabels,
  Arrival,
  FiringAlert,
  FlapPolicy,
  Inhibition,
  Lane,
  LaneAlert,
  LaneContext,
  LanePlan,
  LaneState,
  Matcher,
  Message,
  MessageAlert,
  MessageKind,
  MuteTiming,
  Notification,
  PendingTransition,
  Route,
  Silence,
} from './announce/types.ts';
export {
  judgeWindows,
  replayWindowCount,
  replayWindows,
  type JudgedWindow,
  type ReadWindow,
  type ReplayWindow,
} from './replay/judge-windows.ts';
export { replayAnnouncements, type ReplayedMessage, type ReplayOverlays, type StoredRecord } from './replay/replay-announcements.ts';
export { ReplaySummarizer, type FiringSpan, type ReplayReport, type ReplaySummary } from './replay/summarize.ts';
export { coverageOf, type CoverageItem } from './replay/cases/coverage.ts';
export { parseCases, type CasePlace } from './replay/cases/read-case-file.ts';
export { isPassed, runCases, type CaseResult } from './replay/cases/run-cases.ts';
