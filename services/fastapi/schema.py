"""GraphQL by Strawberry, the library that FastAPI's documentation recommends: an application of its own."""

import strawberry
from fastapi import FastAPI
from strawberry.fastapi import GraphQLRouter


@strawberry.type
class Query:
    @strawberry.field
    async def hello(self, name: str) -> str:
        return f"hello {name}"


app = FastAPI()
app.include_router(GraphQLRouter(strawberry.Schema(Query)), prefix="/features/graphql")
