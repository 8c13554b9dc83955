export type { BatchLimits } from './batcher.ts';
export { InvalidEventError, NotConfirmedError, ProducerClosedError, ProducerFullError } from './errors.ts';
export {
  batchDefaults,
  createVigieProducer,
  topicDefault,
  type Published,
  type VigieProducer,
  type VigieProducerOptions,
} from './producer.ts';
export type { EventInput, EventType, WireData } from '@vigie/events';
export type { KafkaConnection, KafkaLogger } from '@vigie/kafka';
