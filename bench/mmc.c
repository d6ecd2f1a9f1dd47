/* The least that a discrete-event simulation in C does per item: an M/M/c queue with retries.

   Customers arrive at random, wait for one of the servers in order of arrival, are served for an
   exponential time, and some come back later. Prints items served per second of processor time. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ARRIVAL, DONE, RETRY, SERVERS = 100, WAITING = 1 << 20 };
static const double LOAD = 0.9, RETURNING = 0.35, AWAY = 20.0;

typedef struct { double time; int64_t number; int what; } Event;

static Event *heap;
static int64_t size, room, numbers;
static uint64_t state = 88172645463325252ULL;

static double uniform(void) {
    state ^= state << 13; state ^= state >> 7; state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

static double exponential(double mean) { return -mean * log1p(-uniform()); }

static int before(const Event *a, const Event *b) {
    return a->time < b->time || (a->time == b->time && a->number < b->number);
}

static void push(double time, int what) {
    if (size == room) heap = realloc(heap, (size_t)(room = 2 * room + 1024) * sizeof(Event));
    Event event = {time, numbers++, what};
    int64_t p = size++;
    while (p > 0 && before(&event, &heap[(p - 1) / 2])) { heap[p] = heap[(p - 1) / 2]; p = (p - 1) / 2; }
    heap[p] = event;
}

static Event pop(void) {
    Event top = heap[0], last = heap[--size];
    int64_t p = 0, c;
    while ((c = 2 * p + 1) < size) {
        if (c + 1 < size && before(&heap[c + 1], &heap[c])) c++;
        if (before(&last, &heap[c])) break;
        heap[p] = heap[c];
        p = c;
    }
    heap[p] = last;
    return top;
}

int main(int argc, char **argv) {
    int64_t wanted = argc > 1 ? atoll(argv[1]) : 2000000, served = 0, first = 0, end = 0;
    double *since = malloc(WAITING * sizeof(double)), waited = 0.0;
    double gap = 1.0 / ((1.0 - RETURNING) * SERVERS * LOAD);
    int busy = 0;
    clock_t began = clock();
    push(exponential(gap), ARRIVAL);
    while (served < wanted) {
        Event event = pop();
        if (event.what == ARRIVAL) push(event.time + exponential(gap), ARRIVAL);
        if (event.what == DONE) {
            served++;
            busy--;
            if (uniform() < RETURNING) push(event.time + exponential(AWAY), RETRY);
        } else {
            since[end++ & (WAITING - 1)] = event.time;
        }
        while (busy < SERVERS && first < end) {
            waited += event.time - since[first++ & (WAITING - 1)];
            busy++;
            push(event.time + exponential(1.0), DONE);
        }
    }
    double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
    printf("%.1f %.6f\n", (double)served / seconds, waited / (double)served);
    return 0;
}
