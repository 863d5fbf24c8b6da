/// Side effects as stored tasks that can be repeated. Start reading at {@link
/// io.rackstead.task.TaskRunner}.
@org.jspecify.annotations.NullMarked
package io.rackstead.task;
