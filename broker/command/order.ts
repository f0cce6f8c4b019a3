import type { Command } from 'commander';
import * as v from 'valibot';
import { type Order, orderSchema } from '../../protocol/order.ts';
import { CentreClient } from './client.ts';
import { type Console, localTime, table } from './console.ts';
import { type CommonOptions, withCommon } from './options.ts';
import { addOrderSend } from './order-send.ts';
import { show } from './order-show.ts';
import { watch } from './order-watch.ts';

const listSchema = v.object({
  orders: v.array(v.object({ order: orderSchema, bookedAt: v.string(), cancelledAt: v.nullable(v.string()) })),
});
type Listed = v.InferOutput<typeof listSchema>['orders'][number];
const doneSchema = v.object({ id: v.string(), rev: v.number(), stations: v.number() });

export function addOrderCommands(program: Command, console: Console): void {
  const { words } = console;
  const order = program.command('order').description(words.order);
  addOrderSend(order, console);

  withCommon(order.command('cancel').description(words.orderCancel), console)
    .argument('<id>', words.orderId)
    .option('--reason <text>', words.orderCancelReason)
    .action(async (id: string, { data, json, reason }: CommonOptions & { reason?: string }) => {
      const centre = await CentreClient.find(data, console);
      const body = reason === undefined ? {} : { reason: reason.normalize('NFC') };
      const done = await centre.post(`/api/orders/${encodeURIComponent(id)}/cancel`, body, doneSchema);
      console.out(json ? JSON.stringify(done) : words.orderCancelled(done.id, done.rev));
    });

  withCommon(order.command('list').description(words.orderList), console).action(async (options: CommonOptions) => {
    const centre = await CentreClient.find(options.data, console);
    const listed = await centre.get('/api/orders', listSchema);
    if (options.json) return console.out(JSON.stringify(listed));
    if (listed.orders.length === 0) return console.out(words.noOrders);
    return console.out(
      table(
        words.headOrders,
        listed.orders.map((entry) => row(entry, console)),
      ),
    );
  });

  withCommon(order.command('show').description(words.orderShow), console)
    .argument('<id>', words.orderId)
    .action(async (id: string, options: CommonOptions) => {
      await show(await CentreClient.find(options.data, console), id, options.json === true, console);
    });

  withCommon(order.command('watch').description(words.orderWatchCommand), console)
    .argument('<id>', words.orderId)
    .action(async (id: string, options: CommonOptions) => {
      await watch(await CentreClient.find(options.data, console), id, options.json === true, console);
    });
}

function row({ order, bookedAt, cancelledAt }: Listed, { words, language }: Console): string[] {
  const expired = order.expiresAt <= new Date().toISOString();
  const state = cancelledAt !== null ? words.stateCancelled : expired ? words.stateExpired : words.stateLive;
  return [
    localTime(bookedAt, language),
    order.id,
    words.priorities[order.priority],
    order.title,
    addressees(order.to, words.toAll),
    state,
  ];
}

function addressees(to: Order['to'], all: string): string {
  if (to === 'all') return all;
  const names = 'stations' in to ? to.stations : to.groups.map((group) => `@${group}`);
  return names.length > 4 ? `${names.slice(0, 4).join(', ')}, +${names.length - 4}` : names.join(', ');
}
