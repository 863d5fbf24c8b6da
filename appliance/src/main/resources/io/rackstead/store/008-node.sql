-- interfaces and their links are parts of a machine's document, and clients call them by number:
-- the last one that was given
create table node_number (
  only_row int primary key,
  last_given bigint not null
);

insert into node_number (only_row, last_given) values (1, 0);
