/**
 * A shop publishes an order and a subscription. Run it beside a Kafka that `vigie up` started:
 *
 *   VIGIE_KAFKA_BROKERS=localhost:9092 node packages/producer/examples/publish.ts
 */
import { createVigieProducer, InvalidEventError } from '@vigie/producer';

const { VIGIE_KAFKA_BROKERS = 'localhost:9092', VIGIE_KAFKA_TOPIC = 'vigie.events.v1' } = process.env;

const producer = createVigieProducer({
  kafka: { brokers: VIGIE_KAFKA_BROKERS.split(',') },
  topic: VIGIE_KAFKA_TOPIC,
  source: 'shop/example',
});

try {
  await producer.connect();
  const published = await Promise.all([
    producer.publish({
      type: 'subscription.started',
      subject: 'cust-42',
      data: { subscription_id: 'sub-42-1', plan: 'pro', interval: 'month', mrr_minor: 2900, currency: 'EUR' },
    }),
    // An id of your own makes a retry after a crash count once.
    producer.publish({
      type: 'order.placed',
      id: 'order-o-981',
      subject: 'cust-42',
      time: new Date(),
      data: { order_id: 'o-981', gross_minor: 12990, discount_minor: 1000, currency: 'EUR', channel: 'search', country: 'FR' },
    }),
  ]);
  process.stdout.write(`published ${published.map(({ id }) => id).join(', ')}\n`);

  await producer.publish({ type: 'order.placed', subject: 'cust-42', data: { order_id: 'o-982', gross_minor: 129.9, currency: 'EUR' } });
} catch (error) {
  // The last order carries euros instead of cents: it never leaves, and says so.
  if (!(error instanceof InvalidEventError)) throw error;
  process.stdout.write(`refused: ${error.message}\n`);
} finally {
  await producer.close();
}
